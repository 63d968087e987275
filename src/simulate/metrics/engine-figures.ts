import type { Dialect } from '../dialect-name.ts';
import {
  ITL_EDGES,
  N_EDGES,
  PREEMPTIONS_EDGES,
  REQUEST_EDGES,
  RUST_TOKEN_EDGES,
  STEP_TOKENS_EDGES,
  TTFT_EDGES,
  tokenEdges,
} from './bucket-edges.ts';
import { createHistogram } from './histogram.ts';

/** What decides how figures are counted. */
export interface FiguresOptions {
  readonly dialect: Dialect;
  readonly maxModelLen: number;
  /** Tokens of a cache block. */
  readonly blockSize: number;
  readonly prefixCaching: boolean;
  /** Draft tokens of a step; 0 without speculative decoding. */
  readonly draftTokens: number;
}

/** Counters and histograms of a server; times in seconds of model time. */
export type EngineFigures = ReturnType<typeof createEngineFigures>;

/** All zero, as after a start. */
export function createEngineFigures({ dialect, maxModelLen, draftTokens }: FiguresOptions) {
  const tokens = dialect === 'rust' ? RUST_TOKEN_EDGES : tokenEdges(maxModelLen);
  return {
    /** Looked up in the prefix cache when a request was let in, and found there. */
    queried: { tokens: 0, blocks: 0 },
    found: { tokens: 0, blocks: 0 },
    preemptions: 0,
    promptTokens: { total: 0, cached: 0 },
    generationTokens: 0,
    /** By why they ended, in the order in which vLLM lists it. */
    finished: { stop: 0, length: 0, abort: 0, error: 0, repetition: 0 },
    refused: 0,
    drafts: { steps: 0, tokens: 0, accepted: 0, acceptedAt: new Array<number>(draftTokens).fill(0) },
    stepTokens: createHistogram(STEP_TOKENS_EDGES),
    ttft: createHistogram(TTFT_EDGES),
    itl: createHistogram(ITL_EDGES),
    requestTpot: createHistogram(ITL_EDGES),
    e2e: createHistogram(REQUEST_EDGES),
    queue: createHistogram(REQUEST_EDGES),
    prefill: createHistogram(REQUEST_EDGES),
    decode: createHistogram(REQUEST_EDGES),
    inference: createHistogram(REQUEST_EDGES),
    requestPreemptions: createHistogram(PREEMPTIONS_EDGES),
    requestPromptTokens: createHistogram(tokens),
    requestComputedTokens: createHistogram(tokens),
    requestGenerationTokens: createHistogram(tokens),
    requestMaxGenerationTokens: createHistogram(tokens),
    paramsMaxTokens: createHistogram(tokens),
    paramsN: createHistogram(N_EDGES),
  };
}
