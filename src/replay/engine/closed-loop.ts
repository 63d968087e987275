import { createAlarm } from '../../model/alarm.ts';
import { createDueQueue } from '../../model/due-queue.ts';
import type { Timers } from '../../model/timers.ts';
import type { PlannedConversation } from '../plan/plan.ts';
import type { ReplayableRequest } from '../replayable-request.ts';
import type { Connection } from './connection.ts';
import type { LoadOutcome } from './load-outcome.ts';
import type { TurnSender } from './turn-sender.ts';

/** How long a connection rests after it could not be opened, microseconds: a dead server is not to be hammered. */
const RECONNECT_PAUSE_US = 100_000;

/** What drives one closed loop. */
export interface ClosedLoopLoad {
  /** The next conversation of the plan, null at its end; workers take from one count. */
  readonly take: () => PlannedConversation | null;
  readonly requests: readonly ReplayableRequest[];
  readonly connections: readonly Connection[];
  /** Thread and number of each connection within the whole cell. */
  readonly seats: readonly { readonly thread: number; readonly connection: number }[];
  /** Stop sending at this instant, microseconds since the run's start; null when the plan's end decides. */
  readonly durationUs: number | null;
  /** At the end of the duration what is in flight is counted when it ends, or cut and forgotten. */
  readonly atEnd: 'drain' | 'drop';
  readonly sender: TurnSender;
  /** On the run's clock: microseconds since its start. */
  readonly timers: Timers;
  /** Ends the run early: requests in flight are cut and kept as `client_aborted`. */
  readonly signal: AbortSignal;
}

/** A connection that sends nothing until an instant. */
interface Pause {
  readonly index: number;
  /** The conversation that goes on then, with its turn; null when the connection takes another one. */
  readonly conversation: PlannedConversation | null;
  readonly turn: number;
}

/**
 * Sends until the plan or the time ends. Every connection takes the next conversation the moment its last one is
 * through, and plays its turns in order.
 */
export async function runClosedLoop(load: ClosedLoopLoad): Promise<LoadOutcome> {
  const { connections, seats, sender, timers, signal } = load;
  const { nowUs } = timers;
  const endOfTimeUs = load.durationUs ?? Number.POSITIVE_INFINITY;
  const { promise, resolve } = Promise.withResolvers<void>();
  const pauses = createDueQueue<Pause>();
  const alarm = createAlarm(timers, ring);
  let active = connections.length;
  let sendingEndedUs: number | null = null;
  let stoppedEarly = false;
  let timeIsOver = false;
  let busyUs = 0;
  let rampUs = 0;
  const started = new Set<number>();

  /** Counts connection-time that was in use, as far as it lies before the end of sending. */
  function occupy(fromUs: number, untilUs: number): void {
    busyUs += Math.max(0, Math.min(untilUs, sendingEndedUs ?? endOfTimeUs) - fromUs);
  }

  /** The plan's end is none: conversations that have begun go on to theirs. */
  function isOver(atUs: number): boolean {
    if (atUs >= endOfTimeUs) sendingEndedUs ??= endOfTimeUs;
    return stoppedEarly || atUs >= endOfTimeUs;
  }

  function leave(): void {
    active -= 1;
    if (active === 0) resolve();
  }

  /** @param freeUs since when the connection has been free, which is what its next request is late by */
  function next(index: number, freeUs: number): void {
    const atUs = nowUs();
    const conversation = isOver(atUs) ? null : load.take();
    if (conversation === null) {
      sendingEndedUs ??= atUs;
      leave();
    } else play(index, conversation, 0, freeUs);
  }

  function play(index: number, conversation: PlannedConversation, turn: number, scheduledUs: number): void {
    const connection = connections[index];
    const seat = seats[index];
    const planned = conversation.turns[turn];
    const request = planned === undefined ? undefined : load.requests[planned.request];
    if (connection === undefined || seat === undefined || request === undefined) {
      next(index, scheduledUs);
      return;
    }
    const { firstSeq, pass } = conversation;
    sender.send(
      connection,
      { request, seq: firstSeq + turn, pass, ...seat, scheduledUs },
      ({ sentUs, answer }) => {
        if (sentUs !== null) occupy(sentUs, answer.finishedUs);
        // The alarm may be late: an answer that came before it, but after the end, is dropped too.
        if (load.atEnd === 'drop' && answer.finishedUs >= endOfTimeUs) sender.discard();
        const failed = answer.transport === 'unreachable';
        if (failed && !isOver(nowUs()))
          pause(answer.finishedUs + RECONNECT_PAUSE_US, { index, conversation: null, turn: 0 });
        else if (failed || conversation.turns.length === turn + 1) next(index, answer.finishedUs);
        else think(index, conversation, turn + 1, answer.finishedUs);
      },
    );
    if (started.size < connections.length && !started.has(index)) {
      started.add(index);
      rampUs = nowUs();
    }
  }

  function think(index: number, conversation: PlannedConversation, turn: number, fromUs: number): void {
    if (isOver(nowUs())) {
      leave();
      return;
    }
    const thinkUs = conversation.turns[turn]?.thinkUs ?? 0;
    occupy(fromUs, fromUs + thinkUs);
    if (thinkUs === 0) play(index, conversation, turn, fromUs);
    else pause(fromUs + thinkUs, { index, conversation, turn });
  }

  function pause(dueUs: number, paused: Pause): void {
    pauses.push(dueUs, paused);
    rearm();
  }

  function rearm(): void {
    const endUs = timeIsOver ? Number.POSITIVE_INFINITY : endOfTimeUs;
    const dueUs = Math.min(pauses.nextDueUs() ?? Number.POSITIVE_INFINITY, endUs);
    alarm.set(dueUs === Number.POSITIVE_INFINITY ? null : dueUs);
  }

  function ring(): void {
    const now = nowUs();
    if (now >= endOfTimeUs) onEndOfTime();
    for (let due = pauses.take(now); due !== null; due = pauses.take(now)) {
      const { index, conversation, turn } = due.item;
      if (conversation === null || isOver(now)) next(index, due.dueUs);
      else play(index, conversation, turn, due.dueUs);
    }
    rearm();
  }

  /** A connection that pauses has nothing in flight, and now nothing more to send. */
  function endPauses(): void {
    const pausing = pauses.length;
    pauses.clear();
    for (let i = 0; i < pausing; i++) leave();
  }

  function cut(): void {
    for (const connection of connections) connection.cancel('client_aborted');
    endPauses();
  }

  function stop(): void {
    stoppedEarly = true;
    sendingEndedUs ??= Math.min(nowUs(), endOfTimeUs);
    cut();
  }

  function onEndOfTime(): void {
    timeIsOver = true;
    sendingEndedUs ??= endOfTimeUs;
    if (load.atEnd === 'drain') endPauses();
    else cut();
  }

  signal.addEventListener('abort', stop, { once: true });
  const startUs = nowUs();
  // A stop that came before the start: every connection leaves without sending.
  if (signal.aborted) stop();
  for (let i = 0; i < connections.length; i++) next(i, startUs);
  // With fewer connections than workers some shares are empty.
  if (connections.length === 0) resolve();
  rearm();
  await promise;
  alarm.set(null);
  signal.removeEventListener('abort', stop);
  const endedUs = nowUs();
  const { retried } = sender;
  return {
    sendingEndedUs: sendingEndedUs ?? endedUs,
    endedUs,
    stoppedEarly,
    busyUs,
    rampUs,
    lagsUs: new Float64Array(0),
    lateByCap: 0,
    retried,
  };
}
