/**
 * A public benchmark of vLLM 0.8.5: DeepSeek-R1-Distill-Qwen-14B on one NVIDIA A40, `wrk --timeout 30s -d60s`, every
 * request `REFERENCE_REQUEST` of quick-simulator.ts.
 */
export interface BenchmarkRow {
  readonly threads: number;
  readonly connections: number;
  /** Seconds. */
  readonly averageSec: number;
  readonly stdevSec: number;
  readonly maxSec: number;
  readonly requestsPerSec: number;
  readonly kilobytesPerSec: number;
}

export const A40_BENCHMARK: readonly BenchmarkRow[] = [
  row(10, 20, 3.07, 0.03832, 3.2, 6.34, 4.74),
  row(10, 100, 3.62, 0.10842, 4.34, 26.64, 19.97),
  row(100, 100, 3.62, 0.10322, 4.24, 26.67, 19.99),
  row(100, 200, 5.27, 0.26522, 6.8, 36.6, 27.43),
];

/** How near the product has to come: the average latency within 3 %, the rate within 2 %. */
export const A40_WITHIN = { average: 0.03, rate: 0.02 } as const;

function row(
  threads: number,
  connections: number,
  averageSec: number,
  stdevSec: number,
  maxSec: number,
  requestsPerSec: number,
  kilobytesPerSec: number,
): BenchmarkRow {
  return { threads, connections, averageSec, stdevSec, maxSec, requestsPerSec, kilobytesPerSec };
}
