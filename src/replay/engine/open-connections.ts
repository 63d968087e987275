import { UserError } from '../../model/user-error.ts';
import type { Connection, SentRequest } from './connection.ts';
import { getRequest } from './request-bytes.ts';

/** Cheap for every server of OpenAI's API, and no load for the model. */
const WARM_PATH = '/v1/models';

/**
 * Opens connections with one cheap request each before any clock starts: 200 connects at once belong to no request's
 * latency.
 * @returns how many are open
 * @throws UserError (as a rejection) when not one could be opened
 */
export async function openConnections(
  target: URL,
  connections: readonly Connection[],
  headers: readonly string[],
): Promise<number> {
  const request = getRequest(target.host, WARM_PATH, headers);
  const sent = await Promise.all(
    connections.map((connection) => new Promise<SentRequest>((resolve) => connection.send(request, resolve))),
  );
  const open = connections.filter((connection) => connection.open).length;
  const [first] = sent;
  if (first !== undefined && sent.every(({ answer }) => answer.transport !== 'complete')) {
    throw unreachable(target, first.answer.error ?? 'no answer');
  }
  return open;
}

function unreachable(target: URL, reason: string): UserError {
  const why = reason.includes('ECONNREFUSED') ? 'connection refused' : reason;
  return new UserError(`cannot reach ${target.origin} (${why}): start the server or check --target`);
}
