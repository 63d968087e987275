import type { PlannedConversation } from '../plan/plan.ts';
import type { ReplayableRequest } from '../replayable-request.ts';
import type { Connection } from './connection.ts';
import type { LoadOutcome } from './load-outcome.ts';
import type { TurnSender } from './turn-sender.ts';

/** How long a connection rests after it could not be opened, ms: a dead server is not to be hammered. */
const RECONNECT_PAUSE_MS = 100;

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
  /** Microseconds since the run's start. */
  readonly nowUs: () => number;
  /** Ends the run early: requests in flight are cut and kept as `client_aborted`. */
  readonly signal: AbortSignal;
}

/**
 * Sends until the plan or the time ends. Every connection takes the next conversation the moment its last one is
 * through, and plays its turns in order.
 */
export async function runClosedLoop(load: ClosedLoopLoad): Promise<LoadOutcome> {
  const { connections, seats, sender, nowUs, signal } = load;
  const endOfTimeUs = load.durationUs ?? Number.POSITIVE_INFINITY;
  const { promise, resolve } = Promise.withResolvers<void>();
  const pauses = new Set<NodeJS.Timeout>();
  let active = connections.length;
  let sendingEndedUs: number | null = null;
  let stoppedEarly = false;
  let busyUs = 0;
  let rampUs = 0;
  /** A busy machine's timer is late, and what ended before it fired may have ended after the time was over. */
  let dropFromUs = endOfTimeUs;
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
        if (load.atEnd === 'drop' && answer.finishedUs >= dropFromUs) sender.discard();
        const { thinkUs = 0 } = conversation.turns[turn + 1] ?? {};
        if (answer.transport === 'unreachable') pause(RECONNECT_PAUSE_MS, () => next(index, nowUs()));
        else if (conversation.turns.length === turn + 1) next(index, answer.finishedUs);
        else think(answer.finishedUs, thinkUs, (dueUs) => play(index, conversation, turn + 1, dueUs));
      },
    );
    if (started.size < connections.length && !started.has(index)) {
      started.add(index);
      rampUs = nowUs();
    }
  }

  function think(fromUs: number, thinkUs: number, then: (dueUs: number) => void): void {
    if (isOver(nowUs())) {
      leave();
      return;
    }
    const dueUs = fromUs + thinkUs;
    occupy(fromUs, dueUs);
    if (thinkUs === 0) then(dueUs);
    else pause((dueUs - nowUs()) / 1e3, () => (isOver(nowUs()) ? leave() : then(dueUs)));
  }

  function pause(ms: number, then: () => void): void {
    const timer = setTimeout(() => {
      pauses.delete(timer);
      then();
    }, ms);
    pauses.add(timer);
  }

  /** Whoever pauses has nothing in flight, and now nothing more to send. */
  function endPauses(): void {
    const pausing = pauses.size;
    for (const timer of pauses) clearTimeout(timer);
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
    sendingEndedUs ??= endOfTimeUs;
    if (load.atEnd === 'drain') endPauses();
    else {
      // Or early, by a fraction of a millisecond.
      dropFromUs = Math.min(endOfTimeUs, nowUs());
      cut();
    }
  }

  const endTimer = load.durationUs === null ? null : setTimeout(onEndOfTime, load.durationUs / 1e3);
  signal.addEventListener('abort', stop, { once: true });
  const startUs = nowUs();
  // A stop that came before the start: every connection leaves without sending.
  if (signal.aborted) stop();
  for (let i = 0; i < connections.length; i++) next(i, startUs);
  // With fewer connections than workers some shares are empty.
  if (connections.length === 0) resolve();
  await promise;
  if (endTimer !== null) clearTimeout(endTimer);
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
