import { basicCredentials, headerValue } from '../../chat/headers.ts';
import { UserError } from '../../model/user-error.ts';
import type { ReplayableRequest } from '../../replay/plan/replayable.ts';

/** A target's address as it is stored and shown, without user and password; its path is put before recorded paths. */
export function addressOf({ origin, pathname }: URL): string {
  return origin + pathname.replace(/\/+$/, '');
}

/** What every request carries: the user's headers and, unless they name another authorization, the address's own. */
export function headersFor(target: URL, headers: readonly string[]): readonly string[] {
  const authorization = basicCredentials(target);
  if (authorization === null || headerValue(headers, 'authorization') !== null) return headers;
  return [...headers, 'authorization', authorization];
}

/**
 * The usual mistake with an address that has a path: `/v1` ends it, and every recorded path begins with it.
 * @throws UserError
 */
export function refuseDoubledPath(target: URL, requests: readonly ReplayableRequest[]): void {
  const last = /\/v\d+\/?$/.exec(target.pathname)?.[0]?.replace(/\/$/, '');
  const doubled = requests.find(({ path }) => last !== undefined && path.startsWith(`${last}/`));
  if (last === undefined || doubled === undefined) return;
  throw new UserError(
    `the target ${addressOf(target)} ends in ${last} and recorded paths begin with it (${doubled.path.split('?', 1)[0]})`,
    { kind: 'usage', remedy: `leave ${last} out` },
  );
}
