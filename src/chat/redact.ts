import { createHmac } from 'node:crypto';
import { pairs } from './headers.ts';

/** Headers whose values are credentials, lower case. */
export const CREDENTIAL_HEADERS = [
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'x-api-key',
  'api-key',
  'x-auth-token',
  'x-amz-security-token',
  'x-goog-api-key',
  'ocp-apim-subscription-key',
] as const;

/** Query parameters that carry credentials. */
export const CREDENTIAL_PARAMETERS = [
  'key',
  'api_key',
  'api-key',
  'apikey',
  'token',
  'access_token',
  'sig',
] as const;

/** What stands on the tape instead of a credential begins so; a keyed hash may follow: `[redacted 5f3a9c1e0b7d]`. */
const MARK = '[redacted';

/** True for what stands on a tape instead of a value. */
export function isRedacted(value: string): boolean {
  return value.startsWith(MARK) && value.endsWith(']');
}

/** Takes credentials out of what is about to be recorded. */
export interface CredentialRedaction {
  /** A copy of raw header pairs in which the values of credential headers are replaced; names, order and case stay. */
  headers(raw: readonly string[]): readonly string[];
  /** A path whose credential query parameters are replaced; every other byte stays as it was. */
  path(path: string): string;
}

export interface CredentialOptions {
  /** Key of the hash that tells equal credentials apart from others; without it nobody can try guesses on a tape. */
  readonly hashKey: Uint8Array;
  /** Further header names, any case. */
  readonly moreHeaders?: readonly string[];
}

/** Distinct credentials whose hash is remembered, so that the proxy's thread hashes each only once. */
const REMEMBERED = 10_000;

/** Digits of the hash that stand on the tape: 48 bits, enough to tell a million clients apart. */
const HASH_DIGITS = 12;

export function createCredentialRedaction({
  hashKey,
  moreHeaders = [],
}: CredentialOptions): CredentialRedaction {
  const names = new Set<string>([...CREDENTIAL_HEADERS, ...moreHeaders.map((name) => name.toLowerCase())]);
  const parameters: ReadonlySet<string> = new Set(CREDENTIAL_PARAMETERS);
  const markOf = createMarks(hashKey);

  return {
    headers: (raw) =>
      pairs(raw).flatMap(([name, value]) => [name, names.has(name.toLowerCase()) ? markOf(value) : value]),
    path(path) {
      const at = path.indexOf('?');
      if (at === -1) return path;
      const pairs = path
        .slice(at + 1)
        .split('&')
        .map((pair) => {
          const name = pair.split('=', 1)[0] ?? '';
          return parameters.has(name.toLowerCase()) ? `${name}=${markOf(pair.slice(name.length + 1))}` : pair;
        });
      return `${path.slice(0, at + 1)}${pairs.join('&')}`;
    },
  };
}

/** Gives what stands on the tape instead of a value: equal for equal values. */
export function createMarks(hashKey: Uint8Array): (value: string) => string {
  const marks = new Map<string, string>();
  return (value) => {
    const known = marks.get(value);
    if (known !== undefined) return known;
    if (marks.size >= REMEMBERED) marks.clear();
    const hash = createHmac('sha256', hashKey).update(value).digest('hex').slice(0, HASH_DIGITS);
    const mark = `${MARK} ${hash}]`;
    marks.set(value, mark);
    return mark;
  };
}
