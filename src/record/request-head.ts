import { pairs } from '../chat/headers.ts';

/** Headers that belong to one connection (RFC 9110, 7.6.1), and those that only announce what is not passed on. */
const NOT_FORWARDED = [
  'connection',
  'te',
  'keep-alive',
  'proxy-connection',
  'upgrade',
  'expect',
  'trailer',
] as const;

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
  const sent = pairs(raw).map(([name, value]) => ({ name, value, lower: name.toLowerCase() }));
  const dropped = new Set<string>(NOT_FORWARDED);
  for (const { lower, value } of sent) {
    if (lower === 'connection') for (const named of value.split(',')) dropped.add(named.trim().toLowerCase());
  }
  for (const name of FRAMING) dropped.delete(name);
  const kept = sent.filter(({ lower }) => !dropped.has(lower) && lower !== 'host');
  const at = kept.length < sent.length ? sent.findIndex(({ lower }) => lower === 'host') : -1;
  const hostName = sent[at]?.name ?? 'Host';
  const head = [hostName, host, ...kept.flatMap(({ name, value }) => [name, value])];
  if (authorization !== null && !kept.some(({ lower }) => lower === 'authorization')) {
    head.push('Authorization', authorization);
  }
  // Node would frame an absent body in chunks.
  if (WITH_BODY.has(method) && !kept.some(({ lower }) => FRAMING.has(lower)))
    head.push('Content-Length', '0');
  return head;
}

/** `http://host/path` as sent to proxies means `/path` (RFC 9112, 3.2.2); everything else stays byte for byte. */
export function originForm(url: string): string {
  const match = /^https?:\/\/[^/?#]*(.*)$/i.exec(url);
  if (match === null) return url;
  const path = match[1] ?? '';
  return path.startsWith('/') ? path : `/${path}`;
}
