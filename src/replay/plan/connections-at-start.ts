import type { Arrivals } from '../../model/run.ts';
import type { RecordedTurn } from './plan.ts';
import { requestsOf } from './recorded-rate.ts';

/** More than so many are not opened on suspicion. */
const MOST = 200;

/**
 * How many connections an open loop opens before its clock starts; it opens more as it needs them. Recorded arrivals:
 * as many as were in flight together on the tape, times the time scale. A given rate: twice as many as are in flight on
 * the average when an answer takes as long as recorded (Little's law). At least 1, at most 200 and `maxInFlight`.
 */
export function connectionsAtStart(
  arrivals: Arrivals,
  conversations: readonly (readonly RecordedTurn[])[],
  maxInFlight: number | null,
): number {
  const expected =
    arrivals.kind === 'recorded'
      ? peakInFlight(conversations) * arrivals.timeScale
      : 2 * arrivals.ratePerSec * meanSecondsInFlight(conversations);
  return Math.max(1, Math.min(Math.ceil(expected), MOST, maxInFlight ?? MOST));
}

/** The most requests that were in flight at one instant of the recording. */
export function peakInFlight(conversations: readonly (readonly RecordedTurn[])[]): number {
  const turns = conversations.flat();
  const begins = Float64Array.from(turns, ({ arrivedUs }) => arrivedUs).sort();
  const ends = Float64Array.from(turns, ({ finishedUs }) => finishedUs).sort();
  let peak = 0;
  let ended = 0;
  begins.forEach((beginUs, i) => {
    while (ended < ends.length && (ends[ended] ?? 0) <= beginUs) ended += 1;
    peak = Math.max(peak, i + 1 - ended);
  });
  return peak;
}

function meanSecondsInFlight(conversations: readonly (readonly RecordedTurn[])[]): number {
  let sumUs = 0;
  for (const turns of conversations) {
    for (const { arrivedUs, finishedUs } of turns) sumUs += finishedUs - arrivedUs;
  }
  return sumUs / 1e6 / requestsOf(conversations);
}
