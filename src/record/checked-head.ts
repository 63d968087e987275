/** Why a request is answered by the recorder itself, and its connection closed. */
export interface Refusal {
  readonly status: 400 | 405 | 408 | 431 | 505;
  readonly why: string;
}

/** Where the body of a request ends. */
export type Framing =
  | { readonly kind: 'length'; readonly bytes: number }
  | { readonly kind: 'chunked' }
  /** What comes next belongs to another protocol. */
  | { readonly kind: 'tunnel' };

/** The head of a request that may be forwarded. */
export interface CheckedHead {
  /**
   * What Node's parser gets: the same lines without `Expect`, and without offers to upgrade to anything but WebSocket. Null
   * where it gets the head as it came.
   */
  readonly text: string | null;
  readonly framing: Framing;
  /** The client sends its body when it has read `100 Continue`. */
  readonly waits: boolean;
}

/** More header fields are refused. Some versions of Node drop those beyond a thousand, the framing with them. */
export const MAX_FIELDS = 1_000;

const REQUEST_LINE = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+) ([!-~\x80-\xff]+) HTTP\/(\d)\.(\d)$/;
const FIELD = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+: *([\t -~\x80-\xff]*)$/;

/** `/path`, or `http://host/path` as sent to proxies (RFC 9112, 3.2.1 and 3.2.2); no user before the host. */
const TARGET = /^(?:https?:\/\/(?:[\da-z.-]+|\[[\da-z.:!$&'()*+,;=_~-]+\])(?::\d*)?(?:[/?].*)?|\/.*)$/i;

/** uri-host and port of RFC 3986; underscores are common. */
const HOST = /^(?:[A-Za-z0-9._~%!$&'()*+,;=-]+|\[[0-9A-Fa-f:.]+\])(?::\d{0,5})?$/;

/** They would make the upstream show what it got, or lead somewhere else (as nginx). */
const METHODS_REFUSED: ReadonlySet<string> = new Set(['CONNECT', 'TRACE', 'TRACK']);

/** The fields that are read. */
const READ: ReadonlySet<string> = new Set([
  'host',
  'content-length',
  'transfer-encoding',
  'connection',
  'upgrade',
  'expect',
]);

const NONE: readonly string[] = [];

/**
 * Reads the head of a request as strictly as nginx does, and refuses whatever two servers could read in two ways.
 * @param head its lines without the empty one at the end, as latin1, each ended by CR LF
 */
export function checkHead(head: string): CheckedHead | Refusal {
  const lines = head.split('\r\n');
  const values = new Map<string, string[]>();
  for (let i = 1; i < lines.length; i += 1) {
    const line = lines[i] ?? '';
    if (!FIELD.test(line)) return refused(400, 'a header line is not valid HTTP');
    const name = nameOf(line);
    if (!READ.has(name)) continue;
    const value = FIELD.exec(line)?.[1]?.replace(/ +$/, '') ?? '';
    const before = values.get(name);
    if (before === undefined) values.set(name, [value]);
    else before.push(value);
  }
  const [, method = '', target = '', major, minor] = REQUEST_LINE.exec(lines[0] ?? '') ?? [];
  if (major === undefined) return refused(400, 'the request line is not valid HTTP');
  if (major !== '1' || Number(minor) > 1) return refused(505, 'only HTTP/1.0 and HTTP/1.1 are spoken here');
  if (METHODS_REFUSED.has(method)) return refused(405, `${method} is not forwarded`);
  if (!TARGET.test(target))
    return refused(400, 'the target of the request is neither a path nor an http URL');
  const valuesOf = (name: string): readonly string[] => values.get(name) ?? NONE;
  const hosts = valuesOf('host');
  if (hosts.length > 1 || (hosts.length === 0 && minor === '1') || hosts.some((host) => !HOST.test(host)))
    return refused(400, 'one valid Host is needed');
  const body = framingOf(valuesOf('content-length'), valuesOf('transfer-encoding'), minor === '1');
  if ('status' in body) return body;
  const upgrades =
    valuesOf('upgrade').some((to) => /^websocket$/i.test(to)) &&
    valuesOf('connection').some((value) =>
      value
        .toLowerCase()
        .split(/[ \t]*,[ \t]*/)
        .includes('upgrade'),
    );
  const isTunnel = upgrades && method === 'GET' && minor === '1';
  if (isTunnel && (body.kind === 'chunked' || values.has('content-length')))
    return refused(400, 'an upgrade has no body');
  const waits = minor === '1' && valuesOf('expect').some((value) => /^100-continue$/i.test(value));
  const dropped = isTunnel ? ['expect'] : ['expect', 'upgrade'];
  const kept = (line: string, i: number): boolean => i === 0 || !dropped.includes(nameOf(line));
  return {
    text: dropped.some((name) => values.has(name)) ? `${lines.filter(kept).join('\r\n')}\r\n\r\n` : null,
    framing: isTunnel ? { kind: 'tunnel' } : body,
    waits,
  };
}

/** Of a field, in lower case. */
function nameOf(line: string): string {
  return line.slice(0, line.indexOf(':')).toLowerCase();
}

/** One length in digits, or `chunked` and nothing else (RFC 9112, 6.3): everything else is read differently by some. */
function framingOf(
  lengths: readonly string[],
  codings: readonly string[],
  knowsChunks: boolean,
): Exclude<Framing, { kind: 'tunnel' }> | Refusal {
  const [length = '0'] = lengths;
  const [coding] = codings;
  if (coding === undefined) {
    const bytes = Number(length);
    const isSound = lengths.length < 2 && /^\d+$/.test(length) && Number.isSafeInteger(bytes);
    return isSound ? { kind: 'length', bytes } : refused(400, 'Content-Length is not one number');
  }
  if (lengths.length > 0) return refused(400, 'Content-Length and Transfer-Encoding exclude each other');
  if (!knowsChunks) return refused(400, 'HTTP/1.0 has no Transfer-Encoding');
  if (codings.length > 1) return refused(400, 'Transfer-Encoding is given twice');
  return /^chunked$/i.test(coding)
    ? { kind: 'chunked' }
    : refused(400, 'only chunked is understood as Transfer-Encoding');
}

function refused(status: Refusal['status'], why: string): Refusal {
  return { status, why };
}
