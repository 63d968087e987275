import { basicCredentials, headerValue } from '../../chat/headers.ts';
import { withoutQuery } from '../../model/exchange.ts';
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
 * The usual mistake with an address that has a path: `/v1`, or a whole endpoint, ends it, and recorded paths begin with it.
 * @throws UserError
 */
export function refuseDoubledPath(target: URL, requests: readonly ReplayableRequest[]): void {
  const base = target.pathname.replace(/\/$/, '');
  for (const { index } of base.matchAll(/\/v\d+(?=\/|$)/g)) {
    const last = base.slice(index);
    const doubled = requests.find(({ path }) => `${withoutQuery(path)}/`.startsWith(`${last}/`));
    if (doubled === undefined) continue;
    throw new UserError(
      `the target ${addressOf(target)} ends in ${last} and recorded paths begin with it (${withoutQuery(doubled.path)})`,
      { kind: 'usage', remedy: `leave ${last} out` },
    );
  }
}
