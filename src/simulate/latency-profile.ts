/** How long a server's work takes: a model of one card with one model on it. All times in milliseconds. */
export interface LatencyProfile {
  readonly name: string;
  /** The name under which the server offers its model. */
  readonly model: string;
  readonly maxModelLen: number;
  /** The scheduler's limits: running requests, and tokens of one step. */
  readonly maxNumSeqs: number;
  readonly maxNumBatchedTokens: number;
  /** Time of one forward pass by tokens in the step: `[tokens, ms]`, piecewise linear between the knots. */
  readonly forward: readonly (readonly [number, number])[];
  /** Reading the keys and values of one attended token. */
  readonly perContextTokenMs: number;
  /** Every step, and every running request in it: sampling and bookkeeping. */
  readonly perStepMs: number;
  readonly perSequenceMs: number;
  /** Standard deviation of a step's duration, as a share of it. */
  readonly stepNoise: number;
  /** The API server's one event loop: per request coming in and per answer going out, each varying by ± 30 %. */
  readonly ingestMs: number;
  readonly egressMs: number;
}

/**
 * vLLM 0.8.5 with DeepSeek-R1-Distill-Qwen-14B in bf16 on one NVIDIA A40. The form follows vLLM's V1 scheduler; 50
 * output tokens, the limits and the bytes per token come from sources, the rest was fitted by hand to one public
 * benchmark page (docs/simulate.md says what that does not prove).
 */
const A40_14B: LatencyProfile = {
  name: 'a40-14b',
  model: 'deepseek-14b',
  maxModelLen: 32_768,
  maxNumSeqs: 256,
  maxNumBatchedTokens: 2048,
  // The staircase is that of 128-token tiles.
  forward: [
    [1, 50.5],
    [16, 52.5],
    [20, 56.5],
    [128, 56.8],
    [136, 70],
    [200, 75],
    [256, 81],
    [264, 96],
    [384, 102],
    [512, 140],
    [1024, 279],
    [2048, 526],
    [4096, 1098],
  ],
  // 2 (K and V) x 48 layers x 8 heads x 128 x 2 bytes = 196,608 bytes a token, at 600 GB/s.
  perContextTokenMs: 196_608 / 600e6,
  perStepMs: 1.8,
  perSequenceMs: 0.069,
  stepNoise: 0.01,
  ingestMs: 8.7,
  egressMs: 1.7,
};

/** Every profile by its name. */
export const PROFILES: Readonly<Record<string, LatencyProfile>> = { [A40_14B.name]: A40_14B };

/** What one scheduler step holds. */
export interface StepLoad {
  readonly tokens: number;
  readonly sequences: number;
  /** Tokens attended, summed over the sequences. */
  readonly contextTokens: number;
}

/** Mean duration of a step, ms. */
export function stepMs(profile: LatencyProfile, load: StepLoad): number {
  const context = load.contextTokens * profile.perContextTokenMs;
  return (
    forwardMs(profile.forward, load.tokens) +
    context +
    profile.perStepMs +
    profile.perSequenceMs * load.sequences
  );
}

/** Below the first knot the weights' reading rules, above the last one compute does: constant there, proportional here. */
function forwardMs(knots: LatencyProfile['forward'], tokens: number): number {
  let [x0, y0] = knots[0] ?? [1, 0];
  if (tokens <= x0) return y0;
  for (const [x, y] of knots) {
    if (tokens <= x) return y0 + ((y - y0) * (tokens - x0)) / (x - x0);
    [x0, y0] = [x, y];
  }
  return (y0 * tokens) / x0;
}
