import { readAnswer } from '../chat/answers/read-answer.ts';
import { bodyText } from '../chat/body.ts';
import { headerValue } from '../chat/headers.ts';
import { systemTimers } from '../model/clock.ts';
import type { Outcome } from '../model/outcome.ts';
import { createDeadline } from '../model/timers.ts';
import { createConnection, type SentRequest } from './engine/connection.ts';
import { createReadCoalescing } from './engine/read-coalescing.ts';
import { createRequestWriter } from './engine/request-bytes.ts';
import type { Trust } from './engine/target-socket.ts';
import type { ReplayableRequest } from './plan/replayable.ts';

/** How one request is sent outside of a run. */
export interface SendOnce {
  readonly target: URL;
  /** Raw pairs that it carries beside its own. */
  readonly headers: readonly string[];
  readonly trust: Trust;
  /** For the server's prefix cache; null for none. */
  readonly salt: string | null;
  /** Microseconds. */
  readonly timeoutUs: number;
  /** Ends it at once. */
  readonly signal: AbortSignal;
}

/** What came of it. */
export interface OneAnswer {
  readonly outcome: Outcome;
  readonly status: number | null;
  /** The server's own words of an error, else the beginning of the body; empty where there are none. */
  readonly words: string;
  /** Where a redirect leads. */
  readonly location: string | null;
}

/** The most of a server's words that is shown, characters. */
const SHOWN = 300;

/** Sends one request on a new connection and waits for the end of its answer. Never throws. */
export async function sendOnce(request: ReplayableRequest, how: SendOnce): Promise<OneAnswer> {
  const { target, headers, trust, salt, timeoutUs, signal } = how;
  const connection = createConnection(target, systemTimers.nowUs, createReadCoalescing(systemTimers), trust);
  const deadline = createDeadline(systemTimers, () => connection.cancel('timeout'));
  const cancel = (): void => connection.cancel('client_aborted');
  deadline.set(systemTimers.nowUs() + timeoutUs);
  signal.addEventListener('abort', cancel, { once: true });
  const { answer } = await new Promise<SentRequest>((resolve) => {
    connection.send(createRequestWriter(target, headers, salt).write(request, 0), 0, resolve);
    if (signal.aborted) cancel();
  });
  deadline.close();
  signal.removeEventListener('abort', cancel);
  connection.close();
  const { outcome, error } = readAnswer(request.path, answer);
  const words = (error ?? bodyText(answer.body)).replaceAll(/\s+/g, ' ').trim();
  return {
    outcome,
    status: answer.status,
    words: words.length <= SHOWN ? words : `${words.slice(0, SHOWN)}…`,
    location: headerValue(answer.headers, 'location'),
  };
}
