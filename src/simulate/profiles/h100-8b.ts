import type { SteppedProfile } from '../engine/latency-profile.ts';

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
