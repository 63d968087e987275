import type { LoopHealth } from '../../measure/loop-monitor.ts';
import type { Cell, Load, SendSettings, Shard } from '../../model/run.ts';
import type { PlanSpec } from '../plan/plan.ts';
import type { ReplayableRequest } from '../plan/replayable.ts';
import type { WorkerNumber } from '../plan/threads.ts';
import type { ThreadSequences } from './request-source.ts';
import { joinRetryAfter, type RetryAfter } from './retry-after.ts';
import type { Trust } from './target-socket.ts';

/** Everything that one run sends: plain data, so that every worker gets the same. */
export interface LoadSpec
  extends Pick<SendSettings, 'durationUs' | 'timeoutUs' | 'warmup' | 'honoursRetryAfter'> {
  /** The server's address, with the path that is put before every path, if any. */
  readonly target: string;
  readonly cell: Cell;
  readonly load: Load;
  readonly plan: PlanSpec;
  readonly requests: readonly ReplayableRequest[];
  /** Raw header pairs that every request carries, replacing recorded ones of the same name. */
  readonly headers: readonly string[];
  readonly trust: Trust;
  /** A run is stopped when more than this share of its answers, at least 50, failed; null for never. */
  readonly maxErrors: number | null;
  /** Of the run, for the server's prefix cache; null for none. */
  readonly salt: string | null;
  /** Of the run: the first half of the trace ids of its requests, 16 hexadecimal digits; absent where none are sent. */
  readonly trace?: string;
  /** What each of wrk's threads sends, in place of the plan; absent otherwise. */
  readonly sequences?: ThreadSequences;
  /** The address, `http://HOST:PORT`, that each of wrk's threads connects to, null for the target's; absent otherwise. */
  readonly addresses?: readonly (string | null)[];
  /** What of the cell, the plan and the limits this process sends; absent where it sends all. */
  readonly shard?: Shard;
}

/** The only one of one. */
export const WHOLE: Shard = { index: 0, of: 1 };

/**
 * Which part of a load one worker sends. Its connections, its part of an open loop's plan and its limits are functions of
 * its number (plan/threads.ts). The conversations of a closed loop are not divided beforehand: whichever connection is free
 * takes the next one, on whatever worker it is, or some would be idle while others still had work. What position n of the
 * plan is does not depend on who takes it.
 */
export interface WorkerShare extends WorkerNumber {
  /** One number for each thread: how many conversations the workers have taken together, from a common plan by the first. */
  readonly taken: SharedArrayBuffer;
  /** Two numbers: answers of the run, and those of them that failed. */
  readonly answers: SharedArrayBuffer;
  /** One number: requests of all workers that are in flight. */
  readonly inFlight: SharedArrayBuffer;
}

/** The whole load on one thread. */
export function wholeShare(threads = 1): WorkerShare {
  return {
    worker: 0,
    workers: 1,
    taken: sharedNumbers(threads),
    answers: sharedNumbers(2),
    inFlight: sharedNumber(),
  };
}

/** A number that threads share, zero. */
export function sharedNumber(): SharedArrayBuffer {
  return sharedNumbers(1);
}

/** Numbers that threads share, all zero. */
export function sharedNumbers(count: number): SharedArrayBuffer {
  return new SharedArrayBuffer(count * Int32Array.BYTES_PER_ELEMENT);
}

/** Fewer answers than these say nothing about a server. */
const FEWEST_ANSWERS = 50;

/**
 * Counts the answers of all workers.
 * @param answers two numbers that the workers share
 * @param maxErrors share of failed answers above which `stop` is called; null for never
 */
export function createFailureWatch(
  answers: SharedArrayBuffer,
  maxErrors: number | null,
  stop: () => void,
): (failed: boolean) => void {
  const counts = new Int32Array(answers);
  return (failed) => {
    const total = Atomics.add(counts, 0, 1) + 1;
    const bad = Atomics.add(counts, 1, failed ? 1 : 0) + (failed ? 1 : 0);
    if (maxErrors !== null && total >= FEWEST_ANSWERS && bad > maxErrors * total) stop();
  };
}

/** What one load did, or one worker's share of it. Instants are microseconds since the run's start. */
export interface LoadOutcome {
  /** When sending ended: the duration, the end of the plan, or the stop. */
  readonly sendingEndedUs: number;
  /** When the last answer was complete. */
  readonly endedUs: number;
  readonly stoppedEarly: boolean;
  /** Connection-time that held a request or a think time until sending ended, microseconds, over all connections. */
  readonly busyUs: number;
  /** When the last connection sent its first request; null in an open loop. */
  readonly rampUs: number | null;
  /** From the planned instant to the sending of each request of an open loop; empty in a closed one. */
  readonly lagsUs: Float64Array;
  /** Requests that waited because the most that may be in flight were. */
  readonly lateByCap: number;
  /** Positions of the plan whose request was sent twice, because a kept connection broke. */
  readonly retried: readonly number[];
  readonly retryAfter: RetryAfter;
}

/** What a sender reports of its run. */
export interface SentLoad {
  readonly outcome: LoadOutcome;
  /** Connections that were open when the clock started. */
  readonly connectionsOpen: number;
  /** From the run's start to when this sender began, microseconds; of several senders the latest. */
  readonly lateUs: number;
  /** Of its event loop while the load ran; of several senders the worst. */
  readonly loop: LoopHealth;
}

/** What the workers' shares are together. */
export function joinOutcomes(parts: readonly LoadOutcome[]): LoadOutcome {
  const most = (of: (part: LoadOutcome) => number): number => Math.max(0, ...parts.map(of));
  const sum = (of: (part: LoadOutcome) => number): number =>
    parts.reduce((total, part) => total + of(part), 0);
  const lagsUs = new Float64Array(sum(({ lagsUs: lags }) => lags.length));
  let at = 0;
  for (const part of parts) {
    lagsUs.set(part.lagsUs, at);
    at += part.lagsUs.length;
  }
  return {
    sendingEndedUs: most((part) => part.sendingEndedUs),
    endedUs: most((part) => part.endedUs),
    stoppedEarly: parts.some(({ stoppedEarly }) => stoppedEarly),
    busyUs: sum((part) => part.busyUs),
    rampUs: parts.every(({ rampUs }) => rampUs === null) ? null : most(({ rampUs }) => rampUs ?? 0),
    lagsUs,
    lateByCap: sum((part) => part.lateByCap),
    retried: parts.flatMap(({ retried }) => retried),
    retryAfter: joinRetryAfter(parts.map(({ retryAfter }) => retryAfter)),
  };
}
