import { AnswerStream } from '../../chat/answers/answer-stream.ts';
import { apiOfPath } from '../../chat/apis/table.ts';
import type { RawResult, ResultSink } from '../../model/result.ts';
import { createDeadline, type Deadline, type Timers } from '../../model/timers.ts';
import type { AbortPoint, ReplayableRequest } from '../plan/replayable.ts';
import type { ConnectionSlot } from '../plan/threads.ts';
import type { BodyWatch, Connection, SentRequest } from './connection.ts';
import type { RequestWriter } from './request-bytes.ts';
import { joinRetryAfter, type RetryAfter, retryAfterMs } from './retry-after.ts';

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
  /** Called for each request that was not cut: whether it failed, as far as the status and the connection show. */
  readonly onAnswer?: (failed: boolean) => void;
  /** One number that counts the requests in flight; other threads add to it and read it. */
  readonly inFlight: Int32Array;
}

/** Sends turns, cuts those that take too long or whose recorded client had gone away, and hands results on. */
export class TurnSender {
  /** Positions of the plan whose request was sent twice. */
  readonly retried: number[] = [];
  retryAfter: RetryAfter = { answers: 0, longestMs: 0 };
  readonly #options: TurnSenderOptions;
  /** One for each connection, which has one request at a time. */
  readonly #deadlines = new Map<Connection, Deadline>();
  #discarding = false;

  constructor(options: TurnSenderOptions) {
    this.#options = options;
  }

  /** `onEnd` is called exactly once, before the result is handed on, so that the next request does not wait for that. */
  send(connection: Connection, turn: Turn, onEnd: (result: RawResult) => void): void {
    const { writer, timeoutUs, epochUs, timers, inFlight } = this.#options;
    const { request, pass, scheduledUs } = turn;
    const deadline = timeoutUs === null ? null : this.#deadlineOf(connection);
    if (timeoutUs !== null) deadline?.set(scheduledUs + timeoutUs);
    const abort = request.abort === null ? null : planAbort(request, request.abort, timers, connection);
    Atomics.add(inFlight, 0, 1);
    const onSent = ({ sentUs, wireBytes, retried, answer }: SentRequest): void => {
      Atomics.sub(inFlight, 0, 1);
      deadline?.set(null);
      abort?.close();
      if (retried) this.retried.push(turn.seq);
      const result: RawResult = {
        seq: turn.seq,
        exchangeId: request.exchangeId,
        thread: turn.thread,
        connection: turn.connection,
        scheduledUs,
        sentUs,
        path: request.path,
        wireBytes,
        plannedAbort: abort?.done() === true && answer.transport === 'client_aborted',
        askedTokens: request.askedTokens ?? null,
        answer,
      };
      this.#look(answer);
      onEnd(result);
      if (!this.#discarding) this.#options.sink.add(result);
    };
    connection.send(writer.write(request, pass, turn.seq), epochUs, onSent, abort?.watch);
  }

  /** From now on results are thrown away: what wrk cuts at the end of sending was never sent, by its count. */
  discard(): void {
    this.#discarding = true;
  }

  /** Leaves no timer behind. */
  close(): void {
    for (const deadline of this.#deadlines.values()) deadline.close();
  }

  #look(answer: RawResult['answer']): void {
    const { transport, status } = answer;
    const waitMs = retryAfterMs(answer);
    if (waitMs !== null)
      this.retryAfter = joinRetryAfter([this.retryAfter, { answers: 1, longestMs: waitMs }]);
    if (transport !== 'client_aborted')
      this.#options.onAnswer?.(transport !== 'complete' || (status ?? 0) >= 400);
  }

  #deadlineOf(connection: Connection): Deadline {
    const known = this.#deadlines.get(connection);
    if (known !== undefined) return known;
    const made = createDeadline(this.#options.timers, () => connection.cancel('timeout'));
    this.#deadlines.set(connection, made);
    return made;
  }
}

/** The planned cut of one request. */
interface PlannedAbort {
  /** True once it was cut there. */
  done(): boolean;
  /** Sees the body, where tokens decide. */
  readonly watch: BodyWatch | undefined;
  close(): void;
}

/** Cuts a request some time after now, or after some tokens; the bytes of all other requests are only read after the run. */
function planAbort(
  { path }: ReplayableRequest,
  at: AbortPoint,
  timers: Timers,
  connection: Connection,
): PlannedAbort {
  let done = false;
  function cut(): void {
    done = true;
    connection.cancel('client_aborted');
  }
  const deadline = createDeadline(timers, cut);
  if ('afterUs' in at) deadline.set(timers.nowUs() + at.afterUs);
  return {
    done: () => done,
    watch: 'afterTokens' in at ? watchTokens(path, at.afterTokens, () => timers.soon(cut)) : undefined,
    close: deadline.close,
  };
}

/** @param onReached called from within the read, once: the connection is still in the middle of it */
function watchTokens(path: string, tokens: number, onReached: () => void): BodyWatch | undefined {
  const api = apiOfPath(path);
  if (api === null) return undefined;
  const stream = new AnswerStream(api);
  let reached = false;
  return (piece, atUs) => {
    stream.push(piece, atUs);
    if (reached || stream.tokens() < tokens) return;
    reached = true;
    onReached();
  };
}
