/** The edges of vLLM's histograms (`vllm/v1/metrics/buckets.py`); all times in seconds. */

export const TTFT_EDGES = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640,
  2560,
];

export const ITL_EDGES = [
  0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80,
];

export const REQUEST_EDGES = [
  0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680,
];

export const STEP_TOKENS_EDGES = [1, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16_384];

export const N_EDGES = [1, 2, 5, 10, 20];

export const PREEMPTIONS_EDGES = [1, 2, 3, 4, 5, 10, 20];

/** 1, 2, 5, 10, 20, 50 .. up to the longest request. */
export function tokenEdges(maxModelLen: number): number[] {
  const edges: number[] = [];
  for (let power = 1; ; power *= 10) {
    for (const mantissa of [1, 2, 5]) {
      if (mantissa * power > maxModelLen) return edges;
      edges.push(mantissa * power);
    }
  }
}

/** The Rust front end's, which do not know how long a request can be. */
export const RUST_TOKEN_EDGES = [...tokenEdges(100_000), 131_072];

/** Those of the HTTP layer, of which each front end has its own library with the same edges. */
export const HTTP_EDGES = [0.1, 0.5, 1];

export const HTTP_FINE_EDGES = [
  0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 7.5, 10, 30, 60,
];
