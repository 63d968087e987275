import { createNumberColumn } from '../../measure/sample.ts';
import { createDueQueue } from '../../model/due-queue.ts';
import { createAlarm, type Timers } from '../../model/timers.ts';
import type { Plan, PlannedConversation } from '../plan/plan.ts';
import type { ReplayableRequest } from '../plan/replayable.ts';
import type { ConnectionSlot } from '../plan/threads.ts';
import type { Connection } from './connection.ts';
import type { LoadOutcome } from './load-spec.ts';
import type { TurnSender } from './turn-sender.ts';

/** What drives one open loop. */
export interface OpenLoopLoad {
  readonly plan: Plan;
  readonly requests: readonly ReplayableRequest[];
  /** Those that are open; more are opened when all of them are in use. */
  readonly connections: readonly Connection[];
  readonly openConnection: () => Connection;
  /** The numbers of this worker's n-th connection within the whole cell. */
  readonly slotOf: (n: number) => ConnectionSlot;
  /** Requests in flight at most, null for no bound; beyond it they wait in order and are counted as late. */
  readonly maxInFlight: number | null;
  /** Nothing that is due later is sent, microseconds since the run's start; null when the plan's end decides. */
  readonly durationUs: number | null;
  readonly sender: TurnSender;
  /** On the run's clock: microseconds since its start. */
  readonly timers: Timers;
  /** Ends the run early: requests in flight are cut and kept as `client_aborted`. */
  readonly signal: AbortSignal;
}

/** A turn that is due. */
interface DueTurn {
  readonly conversation: PlannedConversation;
  readonly turn: number;
  readonly scheduledUs: number;
  /** The conversation's own from its second turn on; null for any that is idle. */
  readonly used: NumberedConnection | null;
}

interface NumberedConnection {
  readonly connection: Connection;
  readonly slot: ConnectionSlot;
}

/**
 * Sends each conversation's first turn at its instant of the plan, whatever the server does; later turns follow their
 * predecessor's end by the think time, on the same connection.
 */
export async function runOpenLoop(load: OpenLoopLoad): Promise<LoadOutcome> {
  const { plan, sender, timers, signal, durationUs, slotOf } = load;
  const { nowUs } = timers;
  const { promise, resolve } = Promise.withResolvers<void>();
  const idle: NumberedConnection[] = load.connections.map((connection, n) => ({
    connection,
    slot: slotOf(n),
  }));
  const all: Connection[] = [...load.connections];
  const thinking = createDueQueue<DueTurn>();
  const capped: DueTurn[] = [];
  const lags = createNumberColumn();
  const alarm = createAlarm(timers, ring);
  let number = 0;
  let upcoming = firstOf(plan.at(number));
  let inFlight = 0;
  let lateByCap = 0;
  let lastSentUs = 0;
  let stoppedEarly = false;
  /** Something of the plan was not sent because it is due after `durationUs`. */
  let cutByTime = false;

  function isTooLate(dueUs: number): boolean {
    if (durationUs === null || dueUs < durationUs) return false;
    cutByTime = true;
    return true;
  }

  /** Null also for what is due after the end. */
  function firstOf(conversation: PlannedConversation | null): PlannedConversation | null {
    if (conversation === null || signal.aborted || isTooLate(conversation.dueUs ?? 0)) return null;
    return conversation;
  }

  function ring(): void {
    const now = nowUs();
    while (upcoming !== null && (upcoming.dueUs ?? 0) <= now) {
      submit({ conversation: upcoming, turn: 0, scheduledUs: upcoming.dueUs ?? 0, used: null });
      upcoming = firstOf(plan.at(++number));
    }
    for (let due = thinking.take(now); due !== null; due = thinking.take(now)) submit(due.item);
    rearm();
  }

  function rearm(): void {
    const next = Math.min(
      upcoming?.dueUs ?? Number.POSITIVE_INFINITY,
      thinking.nextDueUs() ?? Number.POSITIVE_INFINITY,
    );
    alarm.set(next === Number.POSITIVE_INFINITY ? null : next);
    if (next === Number.POSITIVE_INFINITY && inFlight === 0 && capped.length === 0) resolve();
  }

  function submit(due: DueTurn): void {
    if (load.maxInFlight !== null && inFlight >= load.maxInFlight) {
      lateByCap += 1;
      capped.push(due);
    } else send(due);
  }

  function send({ conversation, turn, scheduledUs, used: own }: DueTurn): void {
    const used = own ?? idle.pop() ?? another();
    const planned = conversation.turns[turn];
    const request = planned === undefined ? undefined : load.requests[planned.request];
    if (request === undefined) throw new Error('the plan asks for a request that is not there');
    inFlight += 1;
    lastSentUs = nowUs();
    const { firstSeq, pass } = conversation;
    const sent = { request, seq: firstSeq + turn, pass, ...used.slot, scheduledUs };
    sender.send(used.connection, sent, ({ sentUs, answer }) => {
      inFlight -= 1;
      if (sentUs !== null) lags.push(sentUs - scheduledUs);
      const next = conversation.turns[turn + 1];
      const dueUs = answer.finishedUs + (next?.thinkUs ?? 0);
      if (next === undefined || signal.aborted || isTooLate(dueUs)) idle.push(used);
      else thinking.push(dueUs, { conversation, turn: turn + 1, scheduledUs: dueUs, used });
      const waiting = capped.shift();
      if (waiting !== undefined) send(waiting);
      rearm();
    });
  }

  function another(): NumberedConnection {
    const connection = load.openConnection();
    all.push(connection);
    return { connection, slot: slotOf(all.length - 1) };
  }

  function stop(): void {
    stoppedEarly = true;
    upcoming = null;
    thinking.clear();
    capped.length = 0;
    for (const connection of all) connection.cancel('client_aborted');
    rearm();
  }

  /** The duration where it cut the plan; a plan that was over before ended with its last request. */
  function sendingEnd(endedUs: number): number {
    if (stoppedEarly) return Math.min(endedUs, durationUs ?? endedUs);
    if (durationUs !== null && (cutByTime || lastSentUs > durationUs)) return durationUs;
    return lastSentUs;
  }

  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  else rearm();
  await promise;
  alarm.set(null);
  signal.removeEventListener('abort', stop);
  // A stop may come before the start.
  const endedUs = Math.max(0, nowUs());
  return {
    sendingEndedUs: sendingEnd(endedUs),
    endedUs,
    stoppedEarly,
    busyUs: 0,
    rampUs: null,
    lagsUs: lags.sorted(),
    lateByCap,
    retried: sender.retried,
    retryAfter: sender.retryAfter,
  };
}
