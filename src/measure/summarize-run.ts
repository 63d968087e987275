import { type ChunkTimes, TOKEN_BITS } from '../model/chunk-times.ts';
import type { TokenSource } from '../model/completion.ts';
import { isError, type Outcome } from '../model/outcome.ts';
import type { Result } from '../model/result.ts';
import { isValid, type Run } from '../model/run.ts';
import { createNumberColumn } from './number-column.ts';
import type { RunSummary } from './run-summary.ts';
import { type SampleStats, sampleStats } from './sample-stats.ts';

/** A result with the reads of its answer. */
export interface MeasuredResult {
  readonly result: Result;
  readonly chunks: ChunkTimes;
}

/**
 * Turns a run's results into figures, in one pass over them.
 * @param firstRequests only positions of the plan below this count in the latencies, so that runs of different
 *   length can be compared over the same requests; rates always count the whole window
 */
export function summarizeRun(
  run: Run,
  results: Iterable<MeasuredResult>,
  firstRequests = Number.POSITIVE_INFINITY,
): RunSummary {
  const samples = createSamples();
  const counts = createCounts(run.end?.windowUs ?? Number.POSITIVE_INFINITY);
  for (const { result, chunks } of results) {
    counts.add(result);
    if (result.outcome === 'ok' && result.seq < firstRequests) samples.add(result, chunks);
  }
  return {
    id: run.id,
    label: run.label,
    target: run.target,
    cell: run.cell,
    repeat: run.settings.repeat,
    startedAt: new Date(run.startedAtMs).toISOString(),
    ...counts.figures(),
    ...samples.figures(),
    stoppedEarly: run.end?.stoppedEarly ?? true,
    valid: isValid(run),
    invalidReasons: run.end?.invalidReasons ?? ['the run did not end: its process died'],
    health: run.end?.health ?? null,
    settings: run.settings,
  };
}

/** Latencies of requests that ended `ok`. */
function createSamples() {
  const e2el = createNumberColumn();
  const ttft = createNumberColumn();
  const tpot = createNumberColumn();
  const itl = createNumberColumn();
  const response = createNumberColumn();
  const stats = (column: { sorted(): Float64Array }): SampleStats => sampleStats(column.sorted());

  function addTokens(result: Result, sentUs: number): void {
    const { firstTokenUs, lastTokenUs, completionTokens } = result;
    if (firstTokenUs === null) return;
    ttft.push((firstTokenUs - sentUs) / 1e3);
    if (lastTokenUs === null || completionTokens === null || completionTokens < 2) return;
    tpot.push((lastTokenUs - firstTokenUs) / 1e3 / (completionTokens - 1));
  }

  /** Gaps between reads that carried tokens: one read may hold several tokens, whose own gaps nobody can see. */
  function addGaps({ atUs, kinds }: ChunkTimes): void {
    let last: number | null = null;
    for (let i = 0; i < atUs.length; i++) {
      if (((kinds[i] ?? 0) & TOKEN_BITS) === 0) continue;
      const at = atUs[i] ?? 0;
      if (last !== null) itl.push((at - last) / 1e3);
      last = at;
    }
  }

  return {
    add(result: Result, chunks: ChunkTimes): void {
      response.push((result.finishedUs - result.scheduledUs) / 1e3);
      if (result.sentUs === null) return;
      e2el.push((result.finishedUs - result.sentUs) / 1e3);
      if (!result.streamed) return;
      addTokens(result, result.sentUs);
      addGaps(chunks);
    },
    figures: () => ({
      e2elMs: stats(e2el),
      ttftMs: stats(ttft),
      tpotMs: stats(tpot),
      itlMs: stats(itl),
      responseMs: stats(response),
    }),
  };
}

/** Counts and rates over all requests. */
function createCounts(windowUs: number) {
  const outcomes: Partial<Record<Outcome, number>> = { ok: 0 };
  const tokenSources: Partial<Record<TokenSource, number>> = {};
  const total = { requests: 0, errors: 0, drained: 0, promptTokens: 0, completionTokens: 0 };
  const window = { requests: 0, bytes: 0, tokens: 0, servedRequests: 0, servedTokens: 0 };
  let tokensKnown = false;
  let lastUs = 0;

  function addOk(result: Result): void {
    const tokens = result.completionTokens ?? 0;
    tokenSources[result.tokenSource] = (tokenSources[result.tokenSource] ?? 0) + 1;
    tokensKnown ||= result.completionTokens !== null;
    total.promptTokens += result.promptTokens ?? 0;
    total.completionTokens += tokens;
    if (result.finishedUs <= windowUs) window.tokens += tokens;
    const share = shareWithin(result, windowUs);
    window.servedRequests += share;
    window.servedTokens += share * tokens;
  }

  return {
    add(result: Result): void {
      total.requests += 1;
      lastUs = Math.max(lastUs, result.finishedUs);
      outcomes[result.outcome] = (outcomes[result.outcome] ?? 0) + 1;
      if (isError(result.outcome)) total.errors += 1;
      if (result.finishedUs > windowUs) total.drained += 1;
      else if (isAnswered(result)) {
        window.requests += 1;
        window.bytes += result.wireBytes;
      }
      if (result.outcome === 'ok') addOk(result);
    },
    figures() {
      const durationUs = windowUs === Number.POSITIVE_INFINITY ? lastUs : windowUs;
      const perSec = (amount: number): number => (durationUs > 0 ? (amount * 1e6) / durationUs : 0);
      return {
        ...total,
        durationMs: durationUs / 1e3,
        requestsPerSec: perSec(window.requests),
        bytesPerSec: perSec(window.bytes),
        outputTokensPerSec: tokensKnown ? perSec(window.tokens) : null,
        servedRequestsPerSec: perSec(window.servedRequests),
        servedOutputTokensPerSec: tokensKnown ? perSec(window.servedTokens) : null,
        outcomes,
        tokenSources,
      };
    },
  };
}

/** Complete answers of any status; what broke, timed out or was cut is no answer. */
function isAnswered({ outcome }: Result): boolean {
  return (
    outcome === 'ok' || outcome === 'http_error' || outcome === 'stream_error' || outcome === 'incomplete'
  );
}

function shareWithin({ sentUs, finishedUs }: Result, windowUs: number): number {
  if (sentUs === null || finishedUs <= windowUs) return 1;
  return sentUs >= windowUs ? 0 : (windowUs - sentUs) / (finishedUs - sentUs);
}
