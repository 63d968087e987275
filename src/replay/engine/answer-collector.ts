import type { Dispatcher } from 'undici';
import { createBodyLog } from '../../model/body-log.ts';
import type { RawAnswer } from '../../model/completion.ts';
import type { TransportEnd } from '../../model/outcome.ts';

/** What the sender's thread knows of one request when it has ended. */
export interface CollectedAnswer {
  readonly sentUs: number | null;
  readonly answer: RawAnswer;
}

/** An undici handler that only stamps and keeps; nothing is parsed on the sender's thread. */
export interface AnswerCollector extends Dispatcher.DispatchHandler {
  /** Ends the request from our side; the answer's transport becomes `cause`. No effect after the end. */
  cancel(cause: 'timeout' | 'client_aborted'): void;
}

/**
 * Makes the handler of one request.
 * @param nowUs microseconds since the run's start
 * @param bytesRead total bytes read from the connection's socket so far: equal numbers at two calls mean that one read
 *   held both chunks, and they get one stamp
 * @param onEnd called exactly once
 */
export function createAnswerCollector(
  nowUs: () => number,
  bytesRead: () => number,
  onEnd: (collected: CollectedAnswer) => void,
): AnswerCollector {
  let controller: Dispatcher.DispatchController | null = null;
  let cause: 'timeout' | 'client_aborted' | null = null;
  let ended = false;
  let sentUs: number | null = null;
  let status: number | null = null;
  let headers: readonly string[] = [];
  let headersUs: number | null = null;
  const log = createBodyLog(Number.POSITIVE_INFINITY);

  function end(transport: TransportEnd, error: string | null): void {
    if (ended) return;
    ended = true;
    const finishedUs = nowUs();
    onEnd({
      sentUs,
      answer: { status, headers, headersUs, finishedUs, transport, error, ...log.take() },
    });
  }

  return {
    cancel(by) {
      if (ended || cause !== null) return;
      cause = by;
      if (controller === null) end(by, null);
      else controller.abort(new Error(by));
    },
    onRequestStart(started) {
      controller = started;
      sentUs = nowUs();
      if (cause !== null) started.abort(new Error(cause));
    },
    onResponseStart(answering, statusCode) {
      // Informational answers (1xx) come before the real one.
      if (statusCode < 200) return;
      status = statusCode;
      headersUs = nowUs();
      headers = textHeaders(answering.rawHeaders);
    },
    onResponseData(_answering, chunk) {
      log.add(chunk, nowUs(), bytesRead());
    },
    onResponseEnd() {
      end('complete', null);
    },
    onResponseError(_answering, error) {
      if (cause !== null) end(cause, null);
      else end(sentUs === null ? 'unreachable' : 'upstream_aborted', describe(error));
    },
  };
}

function textHeaders(raw: Dispatcher.DispatchController['rawHeaders']): readonly string[] {
  return Array.isArray(raw) ? raw.map((part) => part.toString('latin1')) : [];
}

function describe(error: Error): string {
  const { code } = error as NodeJS.ErrnoException;
  return code === undefined || error.message.includes(code) ? error.message : `${error.message} (${code})`;
}
