import type { SteppedProfile } from '../engine/latency-profile.ts';

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
    // The drift stands for the clock of a passively cooled card at its power limit; that is an inference. Without it the
    // deviation at 20 connections comes out 40 % too small, and 94 % of the latencies lie within it instead of two thirds.
    noise: { white: 0.01, drift: 0.012, driftSec: 2 },
  },
  frontEnd: { ingestMs: 7.8, egressMs: 1.7, jitter: 0.3 },
};
