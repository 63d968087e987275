import { createRandom, seedOfText } from '../../model/random.ts';
import type { Arrivals } from '../../model/run.ts';
import type { RecordedTurn } from './plan.ts';
import { recordedPeriodUs, requestsOf } from './recorded-rate.ts';

/**
 * When conversation `index` (from 0) of an open loop begins: whole microseconds since the run's start, not decreasing.
 * A rate counts requests, so conversations of several turns begin the more seldom. Recorded arrivals keep their gaps
 * and begin at 0, constant ones begin at 0, random ones after a first gap.
 */
export function createDueTimes(
  arrivals: Arrivals,
  conversations: readonly (readonly RecordedTurn[])[],
  seed: number,
): (index: number) => number {
  if (arrivals.kind === 'recorded') return recordedTimes(conversations, arrivals.timeScale);
  const meanGapUs = (1e6 * requestsOf(conversations)) / conversations.length / arrivals.ratePerSec;
  if (arrivals.kind === 'constant') return (index) => Math.round(index * meanGapUs);
  return randomTimes(meanGapUs, arrivals.kind === 'gamma' ? arrivals.cv : 1, seed);
}

function recordedTimes(
  conversations: readonly (readonly RecordedTurn[])[],
  timeScale: number,
): (index: number) => number {
  const starts = Float64Array.from(conversations, ([first]) => first?.arrivedUs ?? 0);
  const firstUs = starts[0] ?? 0;
  const periodUs = recordedPeriodUs(conversations);
  return (index) => {
    const pass = Math.floor(index / starts.length);
    return Math.round((pass * periodUs + (starts[index % starts.length] ?? 0) - firstUs) / timeScale);
  };
}

/** Gaps of a gamma distribution, 1 / cv² its shape; a cv of 1 is the exponential distribution of Poisson arrivals. */
function randomTimes(meanGapUs: number, cv: number, seed: number): (index: number) => number {
  const random = createRandom(seedOfText('arrivals', seed));
  const shape = 1 / cv ** 2;
  const times: number[] = [];
  return (index) => {
    // Always drawn in order, so that whoever asks for whatever first gets the same.
    while (times.length <= index) times.push((times.at(-1) ?? 0) + (random.gamma(shape) * meanGapUs) / shape);
    return Math.round(times[index] ?? 0);
  };
}
