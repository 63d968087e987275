import type { Arrivals, Cell, Load, SendSettings } from '../../model/run.ts';
import { type UserError, usageError } from '../../model/user-error.ts';
import { connectionsAtStart, recordedRatePerSec } from '../../replay/plan/due-times.ts';
import type { PlanSpec, RecordedTurn } from '../../replay/plan/plan.ts';
import type { TrafficInput } from './replay-options.ts';
import { type ArrivalShape, cellsOf } from './traffic-values.ts';

/** What decides when a request leaves, before the tape is known. */
export type LoopSettings =
  | { readonly kind: 'closed'; readonly semantics: 'drain' | 'wrk'; readonly cells: readonly Cell[] }
  | {
      readonly kind: 'open';
      readonly shape: ArrivalShape;
      /** One cell for each; null for the recorded rate, `timeScale` times. */
      readonly ratesPerSec: readonly number[] | null;
      readonly timeScale: number;
      readonly maxInFlight: number | null;
    };

/** Options of an open loop, and those of a closed one. */
const OPEN_OPTIONS = ['open', 'timeScale', 'rate', 'arrivals', 'maxInFlight'] as const;
const CLOSED_OPTIONS = ['threads', 'connections', 'matrix', 'semantics', 'honourRetryAfter'] as const;

/** @throws UserError for options that exclude each other */
export function loopSettings(input: TrafficInput): LoopSettings {
  const { given } = input;
  const opens = OPEN_OPTIONS.map((name) => given[name]).find((text) => text !== null);
  const closes = CLOSED_OPTIONS.map((name) => given[name]).find((text) => text !== null);
  if (opens === undefined || opens === null) return closedLoop(input);
  if (closes !== undefined && closes !== null) {
    throw exclude(
      opens,
      closes,
      'an open loop sends requests at their scheduled times, a closed loop when a connection is free',
    );
  }
  if (opens === given.maxInFlight) {
    throw usageError(`${opens} limits an open loop`, 'add --open, --rate or --time-scale');
  }
  return openLoop(input);
}

function closedLoop({ values, given }: TrafficInput): LoopSettings {
  if (given.matrix !== null && (given.threads ?? given.connections) !== null) {
    throw usageError(
      `${given.matrix} already sets threads and connections`,
      'leave out --threads and --connections',
    );
  }
  const { semantics, matrix } = values;
  return {
    kind: 'closed',
    semantics,
    cells: matrix ?? cellsOf(values.threads, values.connections, given.threads !== null),
  };
}

function openLoop({ values, given }: TrafficInput): LoopSettings {
  const { rate, timeScale, maxInFlight } = values;
  const shape = values.arrivals ?? { kind: rate === null ? 'recorded' : 'constant' };
  if (given.rate !== null && shape.kind === 'recorded') {
    throw exclude(given.rate, '--arrivals recorded', 'use --time-scale to change the recorded rate');
  }
  if (given.rate !== null && given.timeScale !== null) {
    throw exclude(given.rate, given.timeScale, 'one sets a rate, the other scales the recorded rate');
  }
  return { kind: 'open', shape, ratesPerSec: rate, timeScale: timeScale ?? 1, maxInFlight };
}

/**
 * When the sending of a load ends: after the duration or the number of requests that was given. Without either, recorded
 * arrivals are sent once, and every other load takes the command's default.
 * @throws UserError for options that exclude each other
 */
export function loopBounds({
  values,
  given,
}: TrafficInput): Pick<SendSettings, 'durationUs' | 'requests' | 'loop'> {
  if (given.duration !== null && given.requests !== null) {
    throw exclude(given.duration, given.requests, 'give one of them');
  }
  const wrk = values.semantics === 'wrk';
  const endless = given.requests ?? (values.loop === false ? given.loop : null);
  if (wrk && endless !== null) {
    throw exclude('--semantics wrk', endless, 'wrk stops after a time only, so give --duration');
  }
  const opens = OPEN_OPTIONS.some((name) => given[name] !== null);
  const asRecorded =
    opens && given.rate === null && (values.arrivals ?? { kind: 'recorded' }).kind === 'recorded';
  const bounded = (given.duration ?? given.requests) !== null;
  const loop = values.loop ?? (bounded || !asRecorded);
  const takesRequests = given.requests !== null || (given.duration === null && !wrk && !asRecorded);
  const requests = takesRequests ? values.requests : null;
  const takesTime = given.duration !== null || (requests === null && loop);
  return { durationUs: takesTime ? values.duration : null, requests, loop };
}

/**
 * Recorded arrivals, and the recorded rate, need arrivals.
 * @throws UserError where an imported tape has none
 */
export function refuseWithoutArrivals(traffic: LoopSettings, hasArrivals: boolean, path: string): void {
  if (traffic.kind !== 'open' || traffic.ratesPerSec !== null || hasArrivals) return;
  throw usageError(
    `${path} was imported from a file without arrival times, so there is no recorded rate`,
    'give a --rate, or use a closed loop with --connections',
  );
}

function exclude(one: string, other: string, why: string): UserError {
  return usageError(`${one} and ${other} exclude each other`, why);
}

/** A cell and what decides when its requests leave. */
export interface ReplayCell {
  readonly cell: Cell;
  readonly load: Load;
}

type Conversations = readonly (readonly RecordedTurn[])[];

/** The cells to run, once the tape is known: the recorded rate is that of the conversations which are replayed. */
export function replayCells(traffic: LoopSettings, conversations: Conversations): readonly ReplayCell[] {
  if (traffic.kind === 'closed') {
    const { semantics, cells } = traffic;
    return cells.map((cell) => ({ cell, load: { kind: 'closed', semantics } }));
  }
  const { shape, timeScale, maxInFlight } = traffic;
  const rates = traffic.ratesPerSec ?? [recordedRatePerSec(conversations) * timeScale];
  return rates.map((ratePerSec) => {
    const arrivals: Arrivals =
      shape.kind === 'recorded' ? { kind: 'recorded', timeScale } : { ...shape, ratePerSec };
    return {
      cell: { threads: 1, connections: connectionsAtStart(arrivals, conversations, maxInFlight), ratePerSec },
      load: { kind: 'open', arrivals, maxInFlight },
    };
  });
}

/** What the plan of a cell is made of. */
export function planSpec(send: SendSettings, load: Load, conversations: Conversations): PlanSpec {
  const { order, loop, requests, think, seed } = send;
  const arrivals = load.kind === 'open' ? load.arrivals : null;
  return { conversations, order, loop, requests, think, arrivals, seed };
}
