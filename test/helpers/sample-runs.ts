import { type MeasuredResult, type RunSummary, summarizeRun } from '../../src/measure/run-summary.ts';
import { NO_CHUNKS } from '../../src/model/chunk-times.ts';
import { createRandom } from '../../src/model/random.ts';
import type { Result } from '../../src/model/result.ts';
import type { Load, Run } from '../../src/model/run.ts';
import { RUN, RUN_END } from './sample-records.ts';

/** A Poisson open loop. */
export const OPEN_LOAD = {
  kind: 'open',
  arrivals: { kind: 'poisson', ratePerSec: 3.2 },
  maxInFlight: null,
} as const satisfies Load;

/** A run that ended well, changed by `overrides`. */
export function sampleRun(overrides: Partial<Run> = {}): Run {
  return { ...RUN, id: 1, end: RUN_END, ...overrides };
}

/** A plain answer of 3 tokens, sent at 0, 100 ms later complete; changed by `overrides`. */
export function sampleResult(overrides: Partial<Result> = {}): Result {
  return {
    id: 1,
    runId: 1,
    seq: 0,
    exchangeId: 1,
    thread: 0,
    connection: 0,
    scheduledUs: 0,
    sentUs: 0,
    headersUs: 99_000,
    firstByteUs: 100_000,
    firstTokenUs: null,
    firstVisibleUs: null,
    lastTokenUs: null,
    finishedUs: 100_000,
    status: 200,
    outcome: 'ok',
    errorCode: null,
    error: null,
    promptTokens: 13,
    completionTokens: 3,
    cachedTokens: null,
    tokenSource: 'usage',
    finishReason: 'length',
    answerHash: null,
    streamed: false,
    oddEvents: 0,
    wireBytes: 766,
    plannedAbort: false,
    askedTokens: null,
    ...overrides,
  };
}

/**
 * A streamed closed loop as a server of `scale` times the usual slowness gives it: deterministic by seed. Each
 * connection sends 10 requests of 20 tokens, 10 ms a token.
 */
export function sampleLoop(
  run: Run,
  scale = 1,
  seed = 1,
): { readonly run: Run; readonly results: readonly MeasuredResult<Result>[] } {
  const random = createRandom(seed);
  const { threads, connections } = run.cell;
  const results: MeasuredResult<Result>[] = [];
  const windowUs = 1_500_000;
  for (let connection = 0; connection < connections; connection++) {
    let atUs = 0;
    while (atUs < windowUs) {
      const sentUs = atUs + 50;
      const firstTokenUs = sentUs + Math.round(30_000 * scale * random.uniform(0.9, 1.1));
      const stepUs = 10_000 * scale * random.uniform(0.98, 1.02);
      const times = Array.from({ length: 20 }, (_, i) => Math.round(firstTokenUs + i * stepUs));
      const lastTokenUs = times.at(-1) ?? firstTokenUs;
      const result = sampleResult({
        scheduledUs: atUs,
        sentUs,
        firstTokenUs,
        firstVisibleUs: firstTokenUs,
        lastTokenUs,
        finishedUs: lastTokenUs + 200,
        thread: connection % threads,
        connection,
        completionTokens: 20,
        streamed: true,
        wireBytes: 4_000,
      });
      const chunks = { ...NO_CHUNKS, atUs: times, kinds: times.map(() => 4), tokens: times.map(() => 1) };
      results.push({ result, chunks });
      atUs = result.finishedUs;
    }
  }
  const inOrder = results
    .sort((a, b) => a.result.scheduledUs - b.result.scheduledUs)
    .map(({ result, chunks }, seq) => ({ result: { ...result, seq, id: seq + 1, runId: run.id }, chunks }));
  return { run: { ...run, end: { ...RUN_END, ...run.end, windowUs } }, results: inOrder };
}

/** `count` summaries of one label, each of its own seed, with a little noise between runs. */
export function sampleSummaries(
  label: string,
  options: {
    readonly scale?: number;
    readonly count?: number;
    readonly firstId?: number;
    readonly noise?: number;
  } = {},
): RunSummary[] {
  const { scale = 1, count = 3, firstId = 1, noise = 0.002 } = options;
  const random = createRandom(firstId * 7919);
  return Array.from({ length: count }, (_, i) => {
    const run = sampleRun({
      id: firstId + i,
      label,
      settings: { ...RUN.settings, repeat: i + 1 },
    });
    const loop = sampleLoop(run, scale * random.gaussian(1, noise), firstId + i);
    return summarizeRun(loop.run, loop.results);
  });
}
