import type { IncomingMessage } from 'node:http';

/** A request that must not be forwarded. */
export interface Refusal {
  readonly status: number;
  readonly message: string;
}

/** Headers that belong to one connection (RFC 9110, 7.6.1); transfer-encoding stays, the library needs it to frame the body. */
const HOP_BY_HOP = ['te', 'keep-alive', 'proxy-connection', 'upgrade'] as const;

/** These must reach the upstream whatever `Connection` names: without them the body's end would be guessed. */
const NEVER_STRIPPED: ReadonlySet<string> = new Set(['transfer-encoding', 'content-length', 'host']);

/**
 * Makes a request safe to forward, changing `request.headers` and `request.url` in place; what goes on the tape is
 * `rawHeaders`. Gives a refusal where forwarding would let one request smuggle another.
 */
export function guardRequest(request: IncomingMessage): Refusal | null {
  const { headers, method } = request;
  // The library drops the framing of such a body and sends it raw, where the upstream reads it as the next request.
  if (
    (method === 'DELETE' || method === 'OPTIONS') &&
    headers['transfer-encoding'] !== undefined &&
    headers['content-length'] === undefined
  ) {
    return { status: 411, message: `a ${method} with a chunked body is not forwarded: send Content-Length` };
  }
  // Node's server has already answered 100; passed on, the library would skip its own events.
  delete headers.expect;
  for (const name of [...namedByConnection(headers.connection), ...HOP_BY_HOP]) {
    if (!NEVER_STRIPPED.has(name)) delete headers[name];
  }
  delete headers.connection;
  request.url = originForm(request.url ?? '/');
  return null;
}

function namedByConnection(connection: string | undefined): string[] {
  return (connection ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '');
}

/** `http://host/path` as sent to proxies means `/path` (RFC 9112, 3.2.2); everything else stays byte for byte. */
function originForm(url: string): string {
  const match = /^https?:\/\/[^/?#]*(.*)$/i.exec(url);
  if (match === null) return url;
  const path = match[1] ?? '';
  return path.startsWith('/') ? path : `/${path}`;
}
