import type { Cell, Load, Warmup } from '../../model/run.ts';
import type { PlanSpec } from '../plan/plan.ts';
import type { ReplayableRequest } from '../replayable-request.ts';

/** Everything that one run sends: plain data, so that every worker gets the same. */
export interface LoadSpec {
  /** The server's root. */
  readonly target: string;
  readonly cell: Cell;
  readonly load: Load;
  readonly plan: PlanSpec;
  readonly requests: readonly ReplayableRequest[];
  /** Raw header pairs that every request carries, replacing recorded ones of the same name. */
  readonly headers: readonly string[];
  /** PEM of an authority to trust beside the usual ones; null for none. */
  readonly ca: string | null;
  /** Stop sending after so long, microseconds; null when the plan's end decides. */
  readonly durationUs: number | null;
  /** The longest an answer may take from its schedule, microseconds. */
  readonly timeoutUs: number;
  /** Of the run, for the server's prefix cache; null for none. */
  readonly salt: string | null;
  readonly warmup: Warmup | null;
}

/** Which part of a load one worker sends. */
export interface WorkerShare {
  /** From 0. */
  readonly worker: number;
  readonly workers: number;
  /** One number that all workers of a closed loop count the plan's conversations with. */
  readonly counter: SharedArrayBuffer;
  /** One number: requests of all workers that are on their way. */
  readonly inFlight: SharedArrayBuffer;
}

/**
 * A worker's part of a whole number; the parts of all workers add up to it.
 * @param workers among which it is divided; a worker beyond that number gets nothing
 */
export function shareOf(whole: number, worker: number, workers: number): number {
  if (worker >= workers) return 0;
  return Math.floor(whole / workers) + (worker < whole % workers ? 1 : 0);
}

/** The whole load on one thread. */
export function wholeShare(): WorkerShare {
  const number = (): SharedArrayBuffer => new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  return { worker: 0, workers: 1, counter: number(), inFlight: number() };
}
