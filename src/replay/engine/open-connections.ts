import { type AnswerError, errorWords } from '../../model/error-code.ts';
import { setDeadline, type Timers } from '../../model/timers.ts';
import { UserError } from '../../model/user-error.ts';
import type { Connection, SentRequest } from './connection.ts';
import { emptyRequest } from './request-bytes.ts';

/** Cheap for every server of OpenAI's API, and no load for the model. */
const WARM_PATH = '/v1/models';

/**
 * Opens connections with one cheap request each before any clock starts: 200 connects at once belong to no request's
 * latency.
 * @param timeoutUs the longest that request's answer may take; a connection that takes longer does not count as open
 * @param signal gives up
 * @returns how many are open
 * @throws UserError (as a rejection) when not one could be opened
 */
export async function openConnections(
  target: URL,
  connections: readonly Connection[],
  headers: readonly string[],
  timers: Timers,
  timeoutUs: number,
  signal: AbortSignal,
): Promise<number> {
  const request = emptyRequest('GET', target.host, WARM_PATH, headers);
  const answers = connections.map(
    (connection) => new Promise<SentRequest>((resolve) => connection.send(request, 0, resolve)),
  );
  const cancel = (cause: 'timeout' | 'client_aborted'): void => {
    for (const connection of connections) connection.cancel(cause);
  };
  const stop = (): void => cancel('client_aborted');
  const deadline = setDeadline(timers, timers.nowUs() + timeoutUs, () => cancel('timeout'));
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const sent = await Promise.all(answers);
  deadline.cancel();
  signal.removeEventListener('abort', stop);
  const open = connections.filter((connection) => connection.open).length;
  const [first] = sent;
  if (first !== undefined && sent.every(({ answer }) => answer.transport !== 'complete')) {
    const { transport, error } = first.answer;
    throw unreachable(target, transport === 'timeout' ? `no answer in ${timeoutUs / 1e6} s` : error);
  }
  return open;
}

/** @param why null when it was stopped */
function unreachable({ origin }: URL, why: string | AnswerError | null): UserError {
  const code = typeof why === 'string' ? 'timeout' : (why?.code ?? 'stopped');
  const words =
    code === 'refused'
      ? 'connection refused'
      : why === null
        ? 'stopped early'
        : typeof why === 'string'
          ? why
          : errorWords(why);
  return new UserError(`cannot reach ${origin} (${words})`, {
    kind: 'server',
    remedy:
      code === 'tls'
        ? 'give the certificate of its authority with --ca'
        : 'start the server or check --target',
    facts: { target: origin, code },
  });
}
