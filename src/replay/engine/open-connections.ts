import type { RawAnswer } from '../../model/completion.ts';
import { errorWords } from '../../model/outcome.ts';
import { createDeadline, type Timers } from '../../model/timers.ts';
import { UserError } from '../../model/user-error.ts';
import type { Connection, SentRequest } from './connection.ts';
import { emptyRequest, pathBelow } from './request-bytes.ts';

/** Cheap on every server with OpenAI's API, and no load for the model. */
const WARM_PATH = '/v1/models';

/**
 * Opens connections with one cheap request each, before any clock starts: the time of 200 connects at once belongs to no
 * request's latency.
 * @param timeoutUs the longest that answer may take; a connection that takes longer does not count as open
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
  const request = emptyRequest('GET', target.host, pathBelow(target, WARM_PATH), headers);
  const answers = connections.map(
    (connection) => new Promise<SentRequest>((resolve) => connection.send(request, 0, resolve)),
  );
  const cancel = (cause: 'timeout' | 'client_aborted'): void => {
    for (const connection of connections) connection.cancel(cause);
  };
  const stop = (): void => cancel('client_aborted');
  const deadline = createDeadline(timers, () => cancel('timeout'));
  deadline.set(timers.nowUs() + timeoutUs);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const sent = await Promise.all(answers);
  deadline.close();
  signal.removeEventListener('abort', stop);
  const open = connections.filter((connection) => connection.isOpen()).length;
  const noFile = sent.find(({ answer }) => answer.error?.code === 'too_many_files');
  if (noFile !== undefined) throw tooFewFiles(connections.length);
  const [first] = sent;
  if (first === undefined || sent.some(({ answer }) => answer.transport === 'complete')) return open;
  throw unreachable(target, timeoutUs, first.answer);
}

function tooFewFiles(connections: number): UserError {
  return new UserError(`${connections} connections need more open files than this process may have`, {
    kind: 'server',
    remedy: 'raise the limit with ulimit -n or use fewer --connections',
    facts: { connections },
  });
}

function unreachable({ origin }: URL, timeoutUs: number, { transport, error }: RawAnswer): UserError {
  const code = error?.code ?? null;
  const words =
    error === null ? 'stopped before it answered' : errorWords(error).replace(/; if the root CA .*/, '');
  const why = transport === 'timeout' ? `no answer in ${timeoutUs / 1e6} s` : words;
  return new UserError(`cannot reach ${origin} (${code === 'refused' ? 'connection refused' : why})`, {
    kind: 'server',
    remedy:
      code === 'tls'
        ? 'give the certificate of its authority with --ca, or trust any with --insecure'
        : 'start the server or check --target',
    facts: { target: origin, code },
  });
}
