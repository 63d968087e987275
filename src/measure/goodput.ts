import { type ChunkTimes, TOKEN_BITS } from '../model/chunk-times.ts';
import type { PlainResult } from '../model/result.ts';

/** How many requests met every limit. */
export interface Goodput {
  readonly slo: Slo;
  readonly good: number;
  /** Of all requests but those that we cut ourselves; null when there were none. Errors count as bad. */
  readonly share: number | null;
  /** Good requests that ended within the window ÷ window. */
  readonly requestsPerSec: number;
}

export function createGoodputTally(slo: Slo, windowUs: number) {
  const counts = { all: 0, good: 0, goodInWindow: 0 };
  return {
    add(result: PlainResult, chunks: ChunkTimes): void {
      if (result.outcome === 'client_aborted') return;
      counts.all += 1;
      if (!isGood(result, chunks, slo)) return;
      counts.good += 1;
      if (result.finishedUs <= windowUs) counts.goodInWindow += 1;
    },
    /** Requests that count, and the good ones. */
    counts: () => ({ ...counts }),
    goodput: (perSec: (amount: number) => number): Goodput => ({
      slo,
      good: counts.good,
      share: counts.all === 0 ? null : counts.good / counts.all,
      requestsPerSec: perSec(counts.goodInWindow),
    }),
  };
}

/**
 * True when an `ok` request met every limit, waiting included: times count from the planned instant. An answer that came
 * in one piece showed its first token with its last; one of a single token has no time between tokens.
 */
function isGood(
  result: PlainResult,
  chunks: ChunkTimes,
  { ttftMs, tpotMs, e2elMs, itlMs, ttfoMs }: Slo,
): boolean {
  if (result.outcome !== 'ok') return false;
  const { scheduledUs, finishedUs, firstTokenUs, firstVisibleUs, lastTokenUs, completionTokens } = result;
  const gaps = (completionTokens ?? 0) - 1;
  const tpotUs =
    firstTokenUs === null || lastTokenUs === null || gaps < 1 ? 0 : (lastTokenUs - firstTokenUs) / gaps;
  return (
    within(finishedUs - scheduledUs, e2elMs) &&
    within((firstTokenUs ?? finishedUs) - scheduledUs, ttftMs) &&
    within(tpotUs, tpotMs) &&
    within((firstVisibleUs ?? finishedUs) - scheduledUs, ttfoMs ?? null) &&
    within(itlMs == null ? 0 : longestGapUs(chunks), itlMs ?? null)
  );
}

function longestGapUs({ atUs, kinds }: ChunkTimes): number {
  const tokens = atUs.filter((_, i) => ((kinds[i] ?? 0) & TOKEN_BITS) !== 0);
  return tokens.reduce((most, at, i) => Math.max(most, at - (tokens[i - 1] ?? at)), 0);
}

function within(us: number, limitMs: number | null): boolean {
  return limitMs === null || us <= limitMs * 1e3;
}

/** What a request must meet to count as good, milliseconds; null where nothing is asked. A limit itself is still good. */
export interface Slo {
  /** Time to first token. */
  readonly ttftMs: number | null;
  /** Mean time per output token after the first. */
  readonly tpotMs: number | null;
  /** End-to-end latency. */
  readonly e2elMs: number | null;
  /** The longest gap between two reads with tokens. */
  readonly itlMs?: number | null;
  /** Time to the first token that is not reasoning. */
  readonly ttfoMs?: number | null;
}
