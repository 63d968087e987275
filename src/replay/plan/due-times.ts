import type { Capture } from '../../model/capture.ts';
import type { Exchange } from '../../model/exchange.ts';
import { createRandom, seedOfText } from '../../model/random.ts';
import { peakInFlight } from '../../model/result.ts';
import type { Arrivals } from '../../model/run.ts';
import type { RecordedTurn } from './plan.ts';

/**
 * When conversation `index` (from 0) of an open loop begins: whole microseconds since the run's start, not decreasing.
 * A rate counts requests: conversations of three turns begin a third as often. Recorded and constant arrivals begin at 0,
 * random ones after a first gap.
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
    // Gaps are always drawn in order, so the times do not depend on which index is asked for first.
    while (times.length <= index) times.push((times.at(-1) ?? 0) + (random.gamma(shape) * meanGapUs) / shape);
    return Math.round(times[index] ?? 0);
  };
}

/** The shortest period of a tape whose conversations all began at one instant, microseconds. */
const MIN_PERIOD_US = 1e6;

/**
 * The time from a recording's first arrival to that of its repetition, microseconds: the span of the first arrivals plus
 * one mean gap. Where there is no span: the time until the last answer, at least a second.
 */
function recordedPeriodUs(conversations: readonly (readonly RecordedTurn[])[]): number {
  const gaps = conversations.length - 1;
  const firstUs = conversations[0]?.[0]?.arrivedUs ?? 0;
  const spanUs = (conversations.at(-1)?.[0]?.arrivedUs ?? 0) - firstUs;
  if (spanUs > 0) return (spanUs * (gaps + 1)) / gaps;
  let endUs = firstUs;
  for (const turns of conversations) endUs = Math.max(endUs, turns.at(-1)?.finishedUs ?? 0);
  return Math.max(endUs - firstUs, MIN_PERIOD_US);
}

/** Mean requests per second of a recording that is repeated without a pause. */
export function recordedRatePerSec(conversations: readonly (readonly RecordedTurn[])[]): number {
  return (requestsOf(conversations) * 1e6) / recordedPeriodUs(conversations);
}

/** Requests of all conversations together. */
export function requestsOf(conversations: readonly (readonly RecordedTurn[])[]): number {
  return conversations.reduce((sum, { length }) => sum + length, 0);
}

/** Connections that are opened before it is known that they are needed, at most. */
const MAX_AT_START = 200;

/**
 * How many connections an open loop opens before its clock starts; it opens more when it needs them. Recorded arrivals:
 * the recorded peak of requests in flight, times the time scale. A given rate: twice the mean number in flight if answers
 * take as long as recorded (Little's law). At least 1, at most 200 and `maxInFlight`.
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
  return Math.max(1, Math.min(Math.ceil(expected), MAX_AT_START, maxInFlight ?? MAX_AT_START));
}

function recordedPeak(conversations: readonly (readonly RecordedTurn[])[]): number {
  const turns = conversations.flat();
  return peakInFlight(
    turns.map(({ arrivedUs }) => arrivedUs),
    turns.map(({ finishedUs }) => finishedUs),
  );
}

function meanSecondsInFlight(conversations: readonly (readonly RecordedTurn[])[]): number {
  let sumUs = 0;
  for (const turns of conversations) {
    for (const { arrivedUs, finishedUs } of turns) sumUs += finishedUs - arrivedUs;
  }
  return sumUs / 1e6 / requestsOf(conversations);
}

/** When an exchange was recorded: wall time, and time on the tape's one time line. */
export interface RecordedTime {
  /** Of the arrival, ms since 1970. */
  readonly wallMs: number;
  /** Microseconds since the tape's first arrival. */
  readonly arrivedUs: number;
  /** The same as `arrivedUs` where no end is known. */
  readonly finishedUs: number;
}

/**
 * Puts the captures of a tape one after another, without the time between them, be it an hour or a week. A capture's
 * first arrival is moved to the instant when the last answer of the captures before it ended.
 * @returns the time of an exchange; call it for each, in order of capture and arrival
 */
export function createTimeLine(captures: readonly Capture[]): (exchange: Exchange) => RecordedTime {
  const startedAtMs = new Map(captures.map((capture) => [capture.id, capture.startedAtMs]));
  let captureId: number | null = null;
  let shiftUs = 0;
  let endUs = 0;
  return (exchange) => {
    if (exchange.captureId !== captureId) {
      captureId = exchange.captureId;
      shiftUs = endUs - exchange.arrivedUs;
    }
    const finishedUs = Math.max(exchange.arrivedUs, exchange.finishedUs ?? 0) + shiftUs;
    endUs = Math.max(endUs, finishedUs);
    return {
      wallMs: (startedAtMs.get(captureId) ?? 0) + exchange.arrivedUs / 1e3,
      arrivedUs: exchange.arrivedUs + shiftUs,
      finishedUs,
    };
  };
}
