import { createAnswerStream } from '../../chat/answer-stream.ts';
import { apiOfPath } from '../../chat/apis/table.ts';
import type { RawResult, ResultSink } from '../../model/result.ts';
import { setDeadline, type Timers } from '../../model/timers.ts';
import type { ReplayableRequest } from '../replayable-request.ts';
import type { BodyWatch, Connection } from './connection.ts';
import type { RequestWriter } from './request-bytes.ts';

/** One request of the plan on its connection. */
export interface Turn {
  readonly request: ReplayableRequest;
  readonly seq: number;
  readonly pass: number;
  readonly thread: number;
  /** Index of the connection. */
  readonly connection: number;
  /** Microseconds since the run's start. */
  readonly scheduledUs: number;
}

export interface TurnSenderOptions {
  readonly writer: RequestWriter;
  /** From its schedule, microseconds; null cuts nothing, however late an answer is (wrk). */
  readonly timeoutUs: number | null;
  /** The run's start on the monotonic clock, microseconds. */
  readonly epochUs: number;
  /** On the run's clock: microseconds since its start. */
  readonly timers: Timers;
  readonly sink: ResultSink;
}

/** Sends turns, cuts those that take too long or whose recorded client had gone away, and hands results on. */
export interface TurnSender {
  /** `onEnd` is called exactly once, before the result is handed on: whoever sends next does not wait for that. */
  send(connection: Connection, turn: Turn, onEnd: (result: RawResult) => void): void;
  readonly retried: number;
  /** From now on results are thrown away: what is cut at wrk's end never happened. */
  discard(): void;
}

export function createTurnSender({
  writer,
  timeoutUs,
  epochUs,
  timers,
  sink,
}: TurnSenderOptions): TurnSender {
  let retried = 0;
  let discarding = false;

  return {
    send(connection, turn, onEnd) {
      const { request, pass, seq, thread, scheduledUs } = turn;
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
      connection.send(
        writer.write(request, pass),
        epochUs,
        (sent) => {
          deadline?.cancel();
          planned?.cancel();
          if (sent.retried) retried += 1;
          const { sentUs, wireBytes, answer } = sent;
          const { exchangeId, path } = request;
          const result: RawResult = {
            seq,
            exchangeId,
            thread,
            connection: turn.connection,
            scheduledUs,
            sentUs,
            path,
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

/** Looks into the bytes of a request that is to be cut after some tokens; all others are read after the run. */
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
