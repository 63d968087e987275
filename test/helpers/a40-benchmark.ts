/**
 * A public benchmark of vLLM 0.8.5: DeepSeek-R1-Distill-Qwen-14B on one NVIDIA A40, `wrk --timeout 30s -d60s`, every
 * request `REFERENCE_REQUEST` of quick-simulator.ts.
 */
export interface BenchmarkRow extends CellFigures {
  readonly threads: number;
  readonly connections: number;
  readonly kilobytesPerSec: number;
}

/** What the page prints of a cell. */
export interface CellFigures {
  readonly averageSec: number;
  readonly stdevSec: number;
  readonly maxSec: number;
  readonly requestsPerSec: number;
}

export const A40_BENCHMARK: readonly BenchmarkRow[] = [
  row(10, 20, 3.07, 0.03832, 3.2, 6.34, 4.74),
  row(10, 100, 3.62, 0.10842, 4.34, 26.64, 19.97),
  row(100, 100, 3.62, 0.10322, 4.24, 26.67, 19.99),
  row(100, 200, 5.27, 0.26522, 6.8, 36.6, 27.43),
];

/** How near a simulated server has to come to the page, as shares of its figures. */
export const A40_WITHIN: CellFigures = {
  averageSec: 0.02,
  requestsPerSec: 0.02,
  stdevSec: 0.25,
  maxSec: 0.1,
};

/** The figures that miss the page by more than allowed, in words; [] for none. */
export function missesOf(page: CellFigures, ours: CellFigures): string[] {
  return (Object.keys(A40_WITHIN) as (keyof CellFigures)[]).flatMap((name) =>
    Math.abs(ours[name] / page[name] - 1) <= A40_WITHIN[name]
      ? []
      : [`${name} ${ours[name].toFixed(3)} for ${page[name]}`],
  );
}

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
