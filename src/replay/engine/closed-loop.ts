import type { RawResult, ResultSink } from '../../model/result.ts';
import type { ClosedLoopPlan } from '../plan/closed-loop.ts';
import type { ReplayableRequest } from '../replayable-request.ts';
import type { Connection } from './connection.ts';

/** How long a connection rests after it could not be opened, ms: a dead server is not to be hammered. */
const RECONNECT_PAUSE_MS = 100;

/** What drives one closed loop. */
export interface ClosedLoopLoad {
  readonly plan: ClosedLoopPlan;
  readonly requests: readonly ReplayableRequest[];
  readonly connections: readonly Connection[];
  /** Thread of each connection. */
  readonly threads: readonly number[];
  /** Stop sending at this instant, microseconds since the run's start; null when the plan's end decides. */
  readonly durationUs: number | null;
  /** Per request, microseconds from its schedule. */
  readonly timeoutUs: number;
  /** Microseconds since the run's start. */
  readonly nowUs: () => number;
  readonly sink: ResultSink;
  /** Ends the run early: requests in flight are cut and kept as `client_aborted`. */
  readonly signal: AbortSignal;
}

/** What a closed loop did. Instants are microseconds since the run's start. */
export interface ClosedLoopOutcome {
  /** When sending ended: the duration, the end of the plan, or the stop. */
  readonly sendingEndedUs: number;
  /** When the last answer was complete. */
  readonly endedUs: number;
  readonly stoppedEarly: boolean;
  /** Connection-time that held a request until sending ended, microseconds, over all connections. */
  readonly busyUs: number;
}

/**
 * Sends until the plan or the time ends, then waits for what is in flight. Every connection takes the next position of
 * the plan the moment its answer is complete.
 */
export async function runClosedLoop(load: ClosedLoopLoad): Promise<ClosedLoopOutcome> {
  const { plan, connections, nowUs, signal } = load;
  const endOfTimeUs = load.durationUs ?? Number.POSITIVE_INFINITY;
  const { promise, resolve } = Promise.withResolvers<void>();
  let seq = 0;
  let active = connections.length;
  let sendingEndedUs: number | null = null;
  let stoppedEarly = false;
  let busyUs = 0;

  function next(index: number): void {
    const connection = connections[index];
    const scheduledUs = nowUs();
    if (scheduledUs >= endOfTimeUs) sendingEndedUs ??= endOfTimeUs;
    const exchange = sendingEndedUs === null ? plan.exchangeAt(seq) : null;
    const request = exchange === null ? undefined : load.requests[exchange];
    if (connection === undefined || request === undefined) {
      sendingEndedUs ??= scheduledUs;
      active -= 1;
      if (active === 0) resolve();
      return;
    }
    sendOne(connection, request, index, seq++, scheduledUs);
  }

  function sendOne(
    connection: Connection,
    request: ReplayableRequest,
    index: number,
    position: number,
    scheduledUs: number,
  ): void {
    const deadline = setTimeout(() => connection.cancel('timeout'), load.timeoutUs / 1e3);
    connection.send(request, (sent) => {
      clearTimeout(deadline);
      const { answer, sentUs, wireBytes } = sent;
      if (sentUs !== null) {
        const until = Math.min(answer.finishedUs, sendingEndedUs ?? endOfTimeUs);
        busyUs += Math.max(0, until - sentUs);
      }
      const result: RawResult = {
        seq: position,
        exchangeId: request.exchangeId,
        thread: load.threads[index] ?? 0,
        connection: index,
        scheduledUs,
        sentUs,
        path: request.path,
        wireBytes,
        plannedAbort: false,
        answer,
      };
      load.sink.add(result);
      if (answer.transport === 'unreachable') setTimeout(next, RECONNECT_PAUSE_MS, index);
      else next(index);
    });
  }

  function stop(): void {
    stoppedEarly = true;
    sendingEndedUs ??= Math.min(nowUs(), endOfTimeUs);
    for (const connection of connections) connection.cancel('client_aborted');
  }

  signal.addEventListener('abort', stop, { once: true });
  for (let i = 0; i < connections.length; i++) next(i);
  if (signal.aborted) stop();
  await promise;
  signal.removeEventListener('abort', stop);
  const endedUs = nowUs();
  return { sendingEndedUs: sendingEndedUs ?? endedUs, endedUs, stoppedEarly, busyUs };
}
