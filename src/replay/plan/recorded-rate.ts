import type { RecordedTurn } from './plan.ts';

/** The shortest time that a pass over a tape takes whose conversations all began at once, microseconds. */
const LEAST_PERIOD_US = 1e6;

/**
 * The time from a recording's first arrival to that of its repetition, microseconds: the recorded span and one mean
 * gap. Where there is no span, the time until the last answer, at least a second.
 */
export function recordedPeriodUs(conversations: readonly (readonly RecordedTurn[])[]): number {
  const gaps = conversations.length - 1;
  const firstUs = conversations[0]?.[0]?.arrivedUs ?? 0;
  const spanUs = (conversations.at(-1)?.[0]?.arrivedUs ?? 0) - firstUs;
  if (spanUs > 0) return (spanUs * (gaps + 1)) / gaps;
  let endUs = firstUs;
  for (const turns of conversations) endUs = Math.max(endUs, turns.at(-1)?.finishedUs ?? 0);
  return Math.max(endUs - firstUs, LEAST_PERIOD_US);
}

/** Mean requests per second of a recording that is repeated without a pause. */
export function recordedRatePerSec(conversations: readonly (readonly RecordedTurn[])[]): number {
  return (requestsOf(conversations) * 1e6) / recordedPeriodUs(conversations);
}

/** Requests of all conversations together. */
export function requestsOf(conversations: readonly (readonly RecordedTurn[])[]): number {
  return conversations.reduce((sum, { length }) => sum + length, 0);
}
