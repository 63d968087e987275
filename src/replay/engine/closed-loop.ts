import { createDueQueue } from '../../model/due-queue.ts';
import type { RawResult } from '../../model/result.ts';
import { createAlarm, type Timers } from '../../model/timers.ts';
import type { PlannedConversation } from '../plan/plan.ts';
import type { ConnectionSlot } from '../plan/threads.ts';
import type { Connection } from './connection.ts';
import type { LoadOutcome } from './load-spec.ts';
import type { RequestSource } from './request-source.ts';
import { retryAfterMs } from './retry-after.ts';
import type { TurnSender } from './turn-sender.ts';

/** How long a connection waits after it could not be opened, so that a dead server is not hammered; microseconds. */
const RECONNECT_PAUSE_US = 100_000;

/** The longest that a server makes a connection wait, microseconds. */
const MOST_WAIT_US = 60e6;

const NEVER = Number.POSITIVE_INFINITY;

/** What drives one closed loop. */
export interface ClosedLoopLoad {
  readonly source: RequestSource;
  readonly connections: readonly Connection[];
  /** Of each connection. */
  readonly slots: readonly ConnectionSlot[];
  /** When sending ends, microseconds since the run's start; null when the plan's end decides. */
  readonly durationUs: number | null;
  /** At the end of the duration, what is in flight is cut and never counted; else it drains and counts. */
  readonly dropsAtEnd: boolean;
  /** A connection whose answer asks for it waits before its next request. */
  readonly honoursRetryAfter: boolean;
  readonly sender: TurnSender;
  /** On the run's clock: microseconds since its start. */
  readonly timers: Timers;
  /** Ends the run early: requests in flight are cut and kept as `client_aborted`. */
  readonly signal: AbortSignal;
}

/** A connection that waits for an instant. */
interface Pause {
  readonly index: number;
  /** The conversation that goes on then, with its turn; null when the connection takes another one. */
  readonly conversation: PlannedConversation | null;
  readonly turn: number;
}

/**
 * Sends until the plan or the duration ends. Every connection takes the next conversation as soon as its last one has
 * ended, and sends its turns in order. Conversations that have begun when the plan ends are sent to their ends; when the
 * duration ends, no further turn is sent.
 */
export async function runClosedLoop(load: ClosedLoopLoad): Promise<LoadOutcome> {
  const { connections, slots, source, sender, timers, signal } = load;
  const { nowUs } = timers;
  const endOfTimeUs = load.durationUs ?? NEVER;
  const { promise, resolve } = Promise.withResolvers<void>();
  const pauses = createDueQueue<Pause>();
  const alarm = createAlarm(timers, ring);
  const started = new Set<number>();
  /** Connections whose next request the source still has to give. */
  const asking = new Set<number>();
  let active = connections.length;
  let sendingEndedUs: number | null = null;
  let stoppedEarly = false;
  let timeIsOver = false;
  let busyUs = 0;
  let rampUs = 0;

  /** Counts connection-time that was in use, as far as it lies before the end of sending. */
  function occupy(fromUs: number, untilUs: number): void {
    busyUs += Math.max(0, Math.min(untilUs, sendingEndedUs ?? endOfTimeUs) - fromUs);
  }

  function isOver(atUs: number): boolean {
    if (atUs >= endOfTimeUs) sendingEndedUs ??= endOfTimeUs;
    return stoppedEarly || atUs >= endOfTimeUs;
  }

  function leave(): void {
    active -= 1;
    if (active === 0) resolve();
  }

  /** @param freeUs since when the connection has been free: its next request is scheduled for that instant */
  function next(index: number, freeUs: number): void {
    const slot = slots[index];
    if (slot === undefined || isOver(nowUs())) {
      end();
      return;
    }
    asking.add(index);
    source.next(slot, (conversation, delayUs = 0) => {
      if (!asking.delete(index)) return;
      if (delayUs > 0) occupy(freeUs, freeUs + delayUs);
      if (conversation === null || isOver(nowUs())) end();
      else play(index, conversation, 0, freeUs + delayUs);
    });
  }

  function end(): void {
    sendingEndedUs ??= nowUs();
    leave();
  }

  function play(index: number, conversation: PlannedConversation, turn: number, scheduledUs: number): void {
    const connection = connections[index];
    const slot = slots[index];
    const planned = conversation.turns[turn];
    const request = planned === undefined ? undefined : source.request(planned.request);
    if (connection === undefined || slot === undefined || request === undefined)
      throw new Error('the plan asks for a request that is not there');
    const { firstSeq, pass } = conversation;
    sender.send(connection, { request, seq: firstSeq + turn, pass, ...slot, scheduledUs }, (result) =>
      goOn(index, conversation, turn, result),
    );
    if (started.size < connections.length && !started.has(index)) {
      started.add(index);
      rampUs = nowUs();
    }
  }

  function goOn(index: number, conversation: PlannedConversation, turn: number, result: RawResult): void {
    const { sentUs, answer } = result;
    const { finishedUs } = answer;
    if (sentUs !== null) occupy(sentUs, finishedUs);
    // On a busy machine the alarm is late: an answer that ended after the end, but before the alarm, is dropped too.
    if (load.dropsAtEnd && finishedUs >= endOfTimeUs) sender.discard();
    if (slots[index] !== undefined) source.answered?.(slots[index], result);
    const failed = answer.transport === 'unreachable';
    if (failed && !isOver(nowUs()))
      pause(finishedUs + RECONNECT_PAUSE_US, { index, conversation: null, turn: 0 });
    else {
      const waitUs = load.honoursRetryAfter ? Math.min(MOST_WAIT_US, (retryAfterMs(answer) ?? 0) * 1e3) : 0;
      if (!failed && conversation.turns.length > turn + 1)
        think(index, conversation, turn + 1, finishedUs, waitUs);
      else if (waitUs > 0 && !isOver(nowUs())) {
        occupy(finishedUs, finishedUs + waitUs);
        pause(finishedUs + waitUs, { index, conversation: null, turn: 0 });
      } else next(index, finishedUs);
    }
  }

  function think(
    index: number,
    conversation: PlannedConversation,
    turn: number,
    fromUs: number,
    leastUs: number,
  ): void {
    if (isOver(nowUs())) {
      leave();
      return;
    }
    const thinkUs = Math.max(leastUs, conversation.turns[turn]?.thinkUs ?? 0);
    occupy(fromUs, fromUs + thinkUs);
    if (thinkUs === 0) play(index, conversation, turn, fromUs);
    else pause(fromUs + thinkUs, { index, conversation, turn });
  }

  function pause(dueUs: number, paused: Pause): void {
    pauses.push(dueUs, paused);
    rearm();
  }

  function rearm(): void {
    const dueUs = Math.min(pauses.nextDueUs() ?? NEVER, timeIsOver ? NEVER : endOfTimeUs);
    alarm.set(dueUs === NEVER ? null : dueUs);
  }

  function ring(): void {
    const now = nowUs();
    if (now >= endOfTimeUs) onEndOfTime();
    for (let due = pauses.take(now); due !== null; due = pauses.take(now)) {
      const { index, conversation, turn } = due.item;
      if (conversation === null) next(index, due.dueUs);
      else play(index, conversation, turn, due.dueUs);
    }
    rearm();
  }

  function onEndOfTime(): void {
    timeIsOver = true;
    sendingEndedUs ??= endOfTimeUs;
    if (load.dropsAtEnd) cut();
    else endPauses();
  }

  function stop(): void {
    stoppedEarly = true;
    sendingEndedUs ??= Math.min(nowUs(), endOfTimeUs);
    cut();
  }

  function cut(): void {
    for (const connection of connections) connection.cancel('client_aborted');
    endPauses();
  }

  /** A connection that pauses, or asks what to send, has nothing in flight, and nothing more to send. */
  function endPauses(): void {
    const pausing = pauses.length + asking.size;
    pauses.clear();
    asking.clear();
    for (let i = 0; i < pausing; i++) leave();
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
  return {
    sendingEndedUs: sendingEndedUs ?? endedUs,
    endedUs,
    stoppedEarly,
    busyUs,
    rampUs,
    lagsUs: new Float64Array(0),
    lateByCap: 0,
    retried: sender.retried,
    retryAfter: sender.retryAfter,
  };
}
