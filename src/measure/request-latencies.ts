import type { Result } from '../model/result.ts';

/** Latencies of one request in milliseconds, as docs/metrics.md defines them; null is what it does not have. */

/** From sent to finished. */
export function e2elMsOf({ sentUs, finishedUs }: Pick<Result, 'sentUs' | 'finishedUs'>): number | null {
  return sentUs === null ? null : (finishedUs - sentUs) / 1e3;
}

/** From sent to the first token of a stream. */
export function ttftMsOf({
  streamed,
  sentUs,
  firstTokenUs,
}: Pick<Result, 'streamed' | 'sentUs' | 'firstTokenUs'>): number | null {
  return !streamed || sentUs === null || firstTokenUs === null ? null : (firstTokenUs - sentUs) / 1e3;
}

/** From a stream's first token to its last, by each token after the first. */
export function tpotMsOf({
  streamed,
  firstTokenUs,
  lastTokenUs,
  completionTokens,
}: Pick<Result, 'streamed' | 'firstTokenUs' | 'lastTokenUs' | 'completionTokens'>): number | null {
  if (!streamed || firstTokenUs === null || lastTokenUs === null) return null;
  return completionTokens === null || completionTokens < 2
    ? null
    : (lastTokenUs - firstTokenUs) / 1e3 / (completionTokens - 1);
}
