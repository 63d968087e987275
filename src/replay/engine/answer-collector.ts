import type { Dispatcher } from 'undici';
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
  const chunks: Buffer[] = [];
  const readUs: number[] = [];
  const readBytes: number[] = [];
  let readMark = -1;

  function end(transport: TransportEnd, error: string | null): void {
    if (ended) return;
    ended = true;
    const finishedUs = nowUs();
    const body = joined(chunks);
    onEnd({
      sentUs,
      answer: {
        status,
        headers,
        headersUs,
        firstByteUs: readUs[0] ?? null,
        finishedUs,
        transport,
        error,
        body,
        truncated: false,
        bodyBytes: body.length,
        readUs: Float64Array.from(readUs),
        readBytes: Uint32Array.from(readBytes),
      },
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
      const mark = bytesRead();
      const last = readBytes.length - 1;
      if (mark === readMark && last >= 0) readBytes[last] = (readBytes[last] ?? 0) + chunk.length;
      else {
        readUs.push(nowUs());
        readBytes.push(chunk.length);
        readMark = mark;
      }
      chunks.push(chunk);
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

/** One fresh array of its own memory: undici's chunks are views on read buffers, and the tape's thread takes this one over. */
function joined(chunks: readonly Buffer[]): Uint8Array {
  const body = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.length;
  }
  return body;
}

function textHeaders(raw: Dispatcher.DispatchController['rawHeaders']): readonly string[] {
  return Array.isArray(raw) ? raw.map((part) => part.toString('latin1')) : [];
}

function describe(error: Error): string {
  const { code } = error as NodeJS.ErrnoException;
  return code === undefined || error.message.includes(code) ? error.message : `${error.message} (${code})`;
}
