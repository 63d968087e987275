import { systemTimers } from '../model/clock.ts';
import { errorWords } from '../model/error-code.ts';
import { createConnection, type SentRequest } from './engine/connection.ts';
import { createReadCoalescing } from './engine/read-coalescing.ts';
import { emptyRequest } from './engine/request-bytes.ts';
import { type Trust, USUAL_TRUST } from './engine/target-socket.ts';

/** A small question to a server. */
export interface Question {
  readonly method: 'GET' | 'POST';
  /** With the query. */
  readonly path: string;
  /** Raw header pairs, e.g. a key. */
  readonly headers: readonly string[];
  readonly timeoutMs: number;
  /** Ends the question at once. */
  readonly signal?: AbortSignal;
  readonly trust?: Trust;
}

export interface Reply {
  readonly status: number;
  readonly text: string;
}

/**
 * Asks a server something on a new connection, with the engine's client: undici's client is a WebAssembly program, which V8
 * would still be compiling, for 50 ms in the background, when the clock of a run starts.
 * @throws Error (as a rejection) with the reason in a few words when no complete answer came
 */
export async function askTarget(origin: string, question: Question): Promise<Reply> {
  const { method, path, headers, timeoutMs, signal, trust = USUAL_TRUST } = question;
  const url = new URL(path, origin);
  const connection = createConnection(url, systemTimers.nowUs, createReadCoalescing(systemTimers), trust);
  const cancel = (): void => connection.cancel('client_aborted');
  const timer = setTimeout(() => connection.cancel('timeout'), timeoutMs);
  signal?.addEventListener('abort', cancel, { once: true });
  const { answer } = await new Promise<SentRequest>((resolve) => {
    connection.send(emptyRequest(method, url.host, url.pathname + url.search, headers), 0, resolve);
    if (signal?.aborted === true) cancel();
  });
  clearTimeout(timer);
  signal?.removeEventListener('abort', cancel);
  connection.close();
  if (answer.transport === 'timeout') throw new Error(`no answer in ${timeoutMs / 1e3} s`);
  if (answer.transport !== 'complete' || answer.status === null)
    throw new Error(answer.error === null ? 'it was not waited for' : errorWords(answer.error));
  return { status: answer.status, text: Buffer.from(answer.body ?? []).toString() };
}
