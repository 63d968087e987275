import { peakInFlight } from '../../measure/peak-in-flight.ts';
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
      ? recordedPeak(conversations) * arrivals.timeScale
      : 2 * arrivals.ratePerSec * meanSecondsInFlight(conversations);
  return Math.max(1, Math.min(Math.ceil(expected), MOST, maxInFlight ?? MOST));
}

function recordedPeak(conversations: readonly (readonly RecordedTurn[])[]): number {
  const turns = conversations.flat();
  return peakInFlight(
    Float64Array.from(turns, ({ arrivedUs }) => arrivedUs).sort(),
    Float64Array.from(turns, ({ finishedUs }) => finishedUs).sort(),
  );
}

function meanSecondsInFlight(conversations: readonly (readonly RecordedTurn[])[]): number {
  let sumUs = 0;
  for (const turns of conversations) {
    for (const { arrivedUs, finishedUs } of turns) sumUs += finishedUs - arrivedUs;
  }
  return sumUs / 1e6 / requestsOf(conversations);
}
