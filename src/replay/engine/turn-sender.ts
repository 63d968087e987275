import { createAnswerStream } from '../../chat/answer-stream.ts';
import { apiOfPath } from '../../chat/apis/table.ts';
import type { RawResult, ResultSink } from '../../model/result.ts';
import { setDeadline, type Timers } from '../../model/timers.ts';
import type { ReplayableRequest } from '../plan/replayable.ts';
import type { ConnectionSlot } from '../plan/threads.ts';
import type { BodyWatch, Connection } from './connection.ts';
import type { RequestWriter } from './request-bytes.ts';

/** One turn of a planned conversation on its connection. */
export interface Turn extends ConnectionSlot {
  readonly request: ReplayableRequest;
  readonly seq: number;
  readonly pass: number;
  /** Microseconds since the run's start. */
  readonly scheduledUs: number;
}

export interface TurnSenderOptions {
  readonly writer: RequestWriter;
  /** The longest an answer may take from its schedule, microseconds; null cuts nothing (wrk). */
  readonly timeoutUs: number | null;
  /** The run's start on the monotonic clock, microseconds. */
  readonly epochUs: number;
  /** On the run's clock: microseconds since its start. */
  readonly timers: Timers;
  readonly sink: ResultSink;
  /** One number that counts the requests in flight; other threads add to it and read it. */
  readonly inFlight: Int32Array;
}

/** Sends turns, cuts those that take too long or whose recorded client had gone away, and hands results on. */
export interface TurnSender {
  /** `onEnd` is called exactly once, before the result is handed on, so that the next request does not wait for that. */
  send(connection: Connection, turn: Turn, onEnd: (result: RawResult) => void): void;
  readonly retried: number;
  /** From now on results are thrown away: what wrk cuts at the end of sending was never sent, by its count. */
  discard(): void;
}

export function createTurnSender(options: TurnSenderOptions): TurnSender {
  const { writer, timeoutUs, epochUs, timers, sink, inFlight } = options;
  let retried = 0;
  let discarding = false;

  return {
    send(connection, turn, onEnd) {
      const { request, pass, scheduledUs } = turn;
      let plannedAbort = false;
      const abort = (): void => {
        plannedAbort = true;
        connection.cancel('client_aborted');
      };
      const deadline =
        timeoutUs === null
          ? null
          : setDeadline(timers, scheduledUs + timeoutUs, () => connection.cancel('timeout'));
      const planned =
        request.abort !== null && 'afterUs' in request.abort
          ? setDeadline(timers, timers.nowUs() + request.abort.afterUs, abort)
          : null;
      Atomics.add(inFlight, 0, 1);
      connection.send(
        writer.write(request, pass),
        epochUs,
        ({ sentUs, wireBytes, retried: again, answer }) => {
          Atomics.sub(inFlight, 0, 1);
          deadline?.cancel();
          planned?.cancel();
          if (again) retried += 1;
          const result: RawResult = {
            seq: turn.seq,
            exchangeId: request.exchangeId,
            thread: turn.thread,
            connection: turn.connection,
            scheduledUs,
            sentUs,
            path: request.path,
            wireBytes,
            plannedAbort: plannedAbort && answer.transport === 'client_aborted',
            answer,
          };
          onEnd(result);
          if (!discarding) sink.add(result);
        },
        watchTokens(request, timers, abort),
      );
    },
    get retried() {
      return retried;
    },
    discard() {
      discarding = true;
    },
  };
}

/** Counts the tokens of a request that is to be cut after some of them; the bytes of all others are read after the run. */
function watchTokens(
  { path, abort }: ReplayableRequest,
  timers: Timers,
  onReached: () => void,
): BodyWatch | undefined {
  const api = apiOfPath(path);
  if (abort === null || !('afterTokens' in abort) || api === null) return undefined;
  const stream = createAnswerStream(api);
  let reached = false;
  return (piece, atUs) => {
    stream.push(piece, atUs);
    if (reached || stream.tokens < abort.afterTokens) return;
    reached = true;
    // Not from within the read: the connection is still in the middle of it.
    timers.soon(onReached);
  };
}
