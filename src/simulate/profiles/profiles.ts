import type { FixedProfile, LatencyProfile, SteppedProfile } from '../engine/latency-profile.ts';

/**
 * vLLM 0.8.5 with DeepSeek-R1-Distill-Qwen-14B in bf16 on one NVIDIA A40. The form follows vLLM's V1 scheduler; 50
 * output tokens, the limits and the bytes per token come from sources, the rest was fitted by hand to one public
 * benchmark page (docs/simulate.md says what that does not prove).
 */
export const A40_14B: SteppedProfile = {
  kind: 'stepped',
  name: 'a40-14b',
  model: 'deepseek-14b',
  maxModelLen: 32_768,
  dialect: 'v0.8.5',
  // What 0.8.5 takes on cards below 70 GiB.
  limits: { maxNumSeqs: 256, maxNumBatchedTokens: 2048, gpuMemoryUtilization: 0.9 },
  memory: {
    gpuGiB: 44.4,
    // 14.77 billion parameters of 2 bytes.
    weightsGiB: 27.5,
    activationsGiB: 1.5,
    // 2 (K and V) x 48 layers x 8 heads x 128 x 2 bytes.
    kvBytesPerToken: 196_608,
    blockSize: 16,
  },
  step: {
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
    // The bytes of a token at 600 GB/s.
    perContextTokenMs: 196_608 / 600e6,
    // 4 x 48 layers x 5120 operations at 60 TFLOP/s, half of what the dense layers reach at 2048 tokens: not fitted, the
    // page's prompts are too short to show it.
    perPrefillPairMs: (4 * 48 * 5120) / 60e9,
    perStepMs: 1.8,
    perSequenceMs: 0.069,
    // One layer and the output matrix (0.6 + 1.6 GB) at 600 GB/s, as an EAGLE head reads them: not fitted.
    perDraftMs: 3.6,
    // The drift represents the clock of a passively cooled card at its power limit; that is an inference. Without it the
    // deviation at 20 connections comes out 40 % too small, and 94 % of the latencies lie within it instead of two thirds.
    noise: { white: 0.01, drift: 0.012, driftSec: 2 },
  },
  frontEnd: { ingestMs: 7.8, egressMs: 1.7, jitter: 0.3 },
};

/** 8.03 billion parameters of 2 bytes. */
const WEIGHT_BYTES = 8.03e9 * 2;
/** 3.35 TB/s by the data sheet, three quarters of it reached. */
const BYTES_PER_MS = 0.75 * 3.35e9;
/** 989 TFLOP/s dense bf16 by the data sheet, half of it reached. */
const OPERATIONS_PER_MS = 0.5 * 989e9;
/** 2 (K and V) x 32 layers x 8 heads x 128 x 2 bytes. */
const KV_BYTES_PER_TOKEN = 131_072;

/**
 * vLLM 0.32 with Llama-3.1-8B in bf16 on one NVIDIA H100 SXM (80 GB): derived, not measured. Sizes are those of the
 * model, speeds those of the data sheet times the shares above; the last four numbers of a step and the front end's are
 * assumptions.
 */
export const H100_8B: SteppedProfile = {
  kind: 'stepped',
  name: 'h100-8b',
  model: 'llama-3.1-8b',
  maxModelLen: 131_072,
  dialect: 'v0.32',
  // What 0.32 takes on cards of 70 to 160 GiB.
  limits: { maxNumSeqs: 1024, maxNumBatchedTokens: 8192, gpuMemoryUtilization: 0.92 },
  memory: {
    gpuGiB: 79.1,
    weightsGiB: WEIGHT_BYTES / 2 ** 30,
    activationsGiB: 2.5,
    kvBytesPerToken: KV_BYTES_PER_TOKEN,
    blockSize: 16,
  },
  step: {
    // 6.4 ms to read the weights; 0.0325 ms to compute a token, 2 operations per parameter.
    forward: {
      weightsMs: WEIGHT_BYTES / BYTES_PER_MS,
      perTokenMs: WEIGHT_BYTES / OPERATIONS_PER_MS,
    },
    perContextTokenMs: KV_BYTES_PER_TOKEN / BYTES_PER_MS,
    // 4 x 32 layers x 4096 operations for a token and one that it attends to.
    perPrefillPairMs: (4 * 32 * 4096) / OPERATIONS_PER_MS,
    perStepMs: 1,
    perSequenceMs: 0.01,
    // One layer and the output matrix (0.4 + 1.1 GB), as an EAGLE head reads them.
    perDraftMs: 1.5e9 / BYTES_PER_MS,
    noise: { white: 0.01, drift: 0.005, driftSec: 3 },
  },
  frontEnd: { ingestMs: 2.5, egressMs: 0.8, jitter: 0.3 },
};

/** Given times instead of a card. */
function fixed(name: string, ttftMs: number, itlMs: number): FixedProfile {
  return {
    kind: 'fixed',
    name,
    model: 'simulated',
    maxModelLen: 131_072,
    dialect: 'v0.32',
    ttftMs,
    itlMs,
  };
}

/** Every profile that `--profile` knows, by its name. */
export const PROFILES = {
  'a40-14b': A40_14B,
  'h100-8b': H100_8B,
  constant: fixed('constant', 200, 20),
  null: fixed('null', 0, 0),
} as const satisfies Readonly<Record<string, LatencyProfile>>;
