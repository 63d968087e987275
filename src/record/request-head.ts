/** Headers that belong to one connection (RFC 9110, 7.6.1), and those that only announce what is not passed on. */
const NOT_FORWARDED: ReadonlySet<string> = new Set([
  'connection',
  'te',
  'keep-alive',
  'proxy-connection',
  'upgrade',
  'expect',
  'trailer',
]);

/** These reach the upstream whatever `Connection` names: without them the end of the body would be guessed. */
const FRAMING: ReadonlySet<string> = new Set(['transfer-encoding', 'content-length']);

/** Methods that announce a body, so that an absent one has to be stated. */
const WITH_BODY: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH']);

export interface UpstreamHead {
  readonly host: string;
  /** Sent where the client sent no credentials; null sends none. */
  readonly authorization: string | null;
}

/**
 * A request's headers as the upstream gets them: as the client wrote them, in order, case and number, but for those of its
 * connection and `Host`.
 * @param raw `[name, value, name, value, ...]`
 */
export function requestHead(
  method: string,
  raw: readonly string[],
  { host, authorization }: UpstreamHead,
): string[] {
  const named = namedByConnection(raw);
  const head = ['Host', host];
  let isAuthorized = authorization === null;
  // Node would frame an absent body in chunks.
  let isFramed = !WITH_BODY.has(method);
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] ?? '';
    const lower = name.toLowerCase();
    if (lower === 'host') {
      head[0] = name;
      continue;
    }
    if (FRAMING.has(lower)) isFramed = true;
    else if (NOT_FORWARDED.has(lower) || named.has(lower)) continue;
    if (lower === 'authorization') isAuthorized = true;
    head.push(name, raw[i + 1] ?? '');
  }
  if (!isAuthorized) head.push('Authorization', authorization ?? '');
  if (!isFramed) head.push('Content-Length', '0');
  return head;
}

const NONE: ReadonlySet<string> = new Set();

/** The headers that `Connection` names, lower case: they belong to one connection too. */
export function namedByConnection(raw: readonly string[]): ReadonlySet<string> {
  let named: Set<string> | null = null;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    if (raw[i]?.toLowerCase() !== 'connection') continue;
    named ??= new Set();
    for (const name of raw[i + 1]?.split(',') ?? []) named.add(name.trim().toLowerCase());
  }
  return named ?? NONE;
}

/** `http://host/path` as sent to proxies means `/path` (RFC 9112, 3.2.2); everything else stays byte for byte. */
export function originForm(url: string): string {
  const match = /^https?:\/\/[^/?#]*(.*)$/i.exec(url);
  if (match === null) return url;
  const path = match[1] ?? '';
  return path.startsWith('/') ? path : `/${path}`;
}
