import type { EngineRequest, EngineSettings } from '../../src/simulate/engine/engine.ts';
import { quantized, WEIGHT_FACTORS } from '../../src/simulate/engine/step-time.ts';
import { A40_14B, H100_8B } from '../../src/simulate/profiles/profiles.ts';
import { shortRequest, virtualClosedLoop } from './virtual-closed-loop.ts';

/** One change of a server's command line under a load that shows it. */
export interface ServerChange {
  /** The flags that are added. */
  readonly flags: string;
  /** The load, in descriptions. */
  readonly load: string;
  readonly connections: number;
  readonly request: (n: number) => Omit<EngineRequest, 'id'>;
  readonly before: EngineSettings;
  readonly after: EngineSettings;
}

export interface ChangeFigures {
  readonly requestsPerSec: number;
  readonly latencyMs: number;
  readonly ttftMs: number;
  readonly tpotMs: number;
  /** Mean over the requests of the longest time between two of their tokens. */
  readonly longestGapMs: number;
  readonly cachedTokens: number;
  readonly preemptions: number;
}

const DURATION_SEC = 60;

/** A prompt whose first `shared` tokens all requests have in common. */
function prefixedRequest(shared: number, own: number, outputTokens: number): ServerChange['request'] {
  const blockSize = H100_8B.memory.blockSize;
  const common = Array.from({ length: shared / blockSize }, (_, i) => i + 1);
  return (n) => ({
    ...shortRequest(shared + own, outputTokens),
    promptBlocks: [
      ...common,
      ...Array.from({ length: Math.floor(own / blockSize) }, (_, i) => 1e6 * (n + 1) + i),
    ],
  });
}

const a40: EngineSettings = { profile: A40_14B };
const h100: EngineSettings = { profile: H100_8B };

/** What the documentation shows and the tests check; times are those of the model. */
export const SERVER_CHANGES = {
  seats: {
    flags: '--max-num-seqs 128',
    load: 'a40-14b, 200 connections, 13 + 50 tokens',
    connections: 200,
    request: () => shortRequest(),
    before: a40,
    after: { ...a40, limits: { maxNumSeqs: 128 } },
  },
  budget: {
    flags: '--max-num-batched-tokens 512',
    load: 'h100-8b, 16 connections, 4,000 + 200 tokens',
    connections: 16,
    request: () => shortRequest(4_000, 200),
    before: h100,
    after: { ...h100, limits: { maxNumBatchedTokens: 512 } },
  },
  prefixCaching: {
    flags: '--no-enable-prefix-caching',
    load: 'h100-8b, 32 connections, 4,000 shared and 100 own + 100 tokens',
    connections: 32,
    request: prefixedRequest(4_000, 100, 100),
    before: h100,
    after: { ...h100, prefixCaching: false },
  },
  memory: {
    flags: '--gpu-memory-utilization 0.81',
    load: 'a40-14b, 64 connections, 400 + 400 tokens',
    connections: 64,
    request: () => shortRequest(400, 400),
    before: a40,
    after: { ...a40, limits: { gpuMemoryUtilization: 0.81 } },
  },
  speculation: {
    flags: '--speculative 3,0.7',
    load: 'h100-8b, 8 connections, 200 + 400 tokens',
    connections: 8,
    request: () => shortRequest(200, 400),
    before: h100,
    after: { ...h100, speculation: { draftTokens: 3, acceptance: 0.7 } },
  },
  quantization: {
    flags: '--quantization int4',
    load: 'h100-8b, 8 connections, 200 + 400 tokens',
    connections: 8,
    request: () => shortRequest(200, 400),
    before: h100,
    after: { ...h100, profile: quantized(H100_8B, WEIGHT_FACTORS.int4) },
  },
  apiServers: {
    flags: '--api-server-count 4',
    load: 'h100-8b, 256 connections, 20 + 20 tokens',
    connections: 256,
    request: () => shortRequest(20, 20),
    before: h100,
    after: { ...h100, apiServerCount: 4 },
  },
} as const satisfies Readonly<Record<string, ServerChange>>;

/** Plays a minute of one side of a change in model time. */
export function changeFigures(change: ServerChange, side: 'before' | 'after'): ChangeFigures {
  const { answers, preemptions } = virtualClosedLoop({
    server: change[side],
    connections: change.connections,
    durationUs: DURATION_SEC * 1e6,
    request: change.request,
    seed: 1,
  });
  const mean = (of: (answer: (typeof answers)[number]) => number): number =>
    answers.reduce((sum, answer) => sum + of(answer), 0) / answers.length;
  return {
    requestsPerSec: answers.length / DURATION_SEC,
    latencyMs: mean(({ latencyUs }) => latencyUs / 1e3),
    ttftMs: mean(({ ttftUs }) => ttftUs / 1e3),
    tpotMs: mean(({ tpotUs }) => (tpotUs ?? 0) / 1e3),
    longestGapMs: mean(({ longestGapUs }) => longestGapUs / 1e3),
    cachedTokens: mean(({ cachedTokens }) => cachedTokens),
    preemptions,
  };
}
