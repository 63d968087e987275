/** Headers that carry credentials: their values never reach a tape. */
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

/** What stands on the tape instead of a credential. */
export const REDACTED = '[redacted]';

const HEADERS: ReadonlySet<string> = new Set(CREDENTIAL_HEADERS);
const PARAMETERS: ReadonlySet<string> = new Set(CREDENTIAL_PARAMETERS);

/** A copy of raw header pairs in which the values of credential headers are replaced; names, order and case stay. */
export function redactHeaders(raw: readonly string[]): readonly string[] {
  return raw.map((part, i) =>
    i % 2 === 1 && HEADERS.has((raw[i - 1] ?? '').toLowerCase()) ? REDACTED : part,
  );
}

/** A path whose credential query parameters are replaced; every other byte stays as it was. */
export function redactPath(path: string): string {
  const at = path.indexOf('?');
  if (at === -1) return path;
  const pairs = path
    .slice(at + 1)
    .split('&')
    .map((pair) => {
      const name = pair.split('=', 1)[0] ?? '';
      return PARAMETERS.has(name.toLowerCase()) ? `${name}=${REDACTED}` : pair;
    });
  return `${path.slice(0, at + 1)}${pairs.join('&')}`;
}
