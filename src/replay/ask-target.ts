import { systemTimers } from '../model/clock.ts';
import type { RawAnswer } from '../model/completion.ts';
import { errorWords } from '../model/outcome.ts';
import { createDeadline } from '../model/timers.ts';
import { createConnection, type SentRequest } from './engine/connection.ts';
import { createReadCoalescing } from './engine/read-coalescing.ts';
import { emptyRequest, type OutgoingRequest } from './engine/request-bytes.ts';
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

/** How a request is sent that belongs to no run. */
export interface Alone {
  readonly timeoutUs: number;
  readonly trust: Trust;
  /** Ends it at once. */
  readonly signal?: AbortSignal;
}

/**
 * Sends one request on a new connection and waits for the end of its answer. It takes the engine's client: undici's is a
 * WebAssembly program, which V8 would still be compiling, for 50 ms in the background, when the clock of a run starts.
 * Never throws.
 */
export async function sendAlone(
  target: URL,
  request: OutgoingRequest,
  { timeoutUs, trust, signal }: Alone,
): Promise<RawAnswer> {
  const connection = createConnection(target, systemTimers.nowUs, createReadCoalescing(systemTimers), trust);
  const deadline = createDeadline(systemTimers, () => connection.cancel('timeout'));
  const cancel = (): void => connection.cancel('client_aborted');
  deadline.set(systemTimers.nowUs() + timeoutUs);
  signal?.addEventListener('abort', cancel, { once: true });
  const { answer } = await new Promise<SentRequest>((resolve) => {
    connection.send(request, 0, resolve);
    if (signal?.aborted === true) cancel();
  });
  deadline.close();
  signal?.removeEventListener('abort', cancel);
  connection.close();
  return answer;
}

/**
 * Asks a server something on a new connection.
 * @throws Error (as a rejection) with the reason in a few words when no complete answer came
 */
export async function askTarget(origin: string, question: Question): Promise<Reply> {
  const { method, path, headers, timeoutMs, trust = USUAL_TRUST, ...rest } = question;
  const url = new URL(path, origin);
  const request = emptyRequest(method, url.host, url.pathname + url.search, headers);
  const answer = await sendAlone(url, request, { ...rest, timeoutUs: timeoutMs * 1e3, trust });
  if (answer.transport === 'timeout') throw new Error(`no answer in ${timeoutMs / 1e3} s`);
  if (answer.transport !== 'complete' || answer.status === null)
    throw new Error(answer.error === null ? 'it was not waited for' : errorWords(answer.error));
  return { status: answer.status, text: Buffer.from(answer.body ?? []).toString() };
}
