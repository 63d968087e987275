import { LF } from '../../chat/ascii.ts';
import { headEnd } from '../../chat/response-head.ts';

/** An HTTP/1.x message as it was on the wire, without its framing. */
export interface HttpMessage {
  /** The first line. */
  readonly start: string;
  /** Raw pairs; the headers of the framing are among them. */
  readonly headers: readonly string[];
  readonly body: Buffer;
  /** Whether the body is all there: its length or its last chunk says so, or nothing says anything. */
  readonly isWhole: boolean;
}

/**
 * Reads the bytes of one message; null where not even its head is all there. A line may end with LF alone (RFC 9112, 2.2), as
 * after an editor.
 */
export function readHttpMessage(bytes: Buffer): HttpMessage | null {
  const bodyStart = headEnd(bytes);
  if (bodyStart === -1) return null;
  const [start = '', ...lines] = bytes.toString('latin1', 0, bodyStart).split(/\r?\n/);
  const headers = lines.flatMap((line) => {
    const at = line.indexOf(':');
    return at < 1 ? [] : [line.slice(0, at), line.slice(at + 1).trim()];
  });
  const rest = bytes.subarray(bodyStart);
  const headerOf = (name: string): string | undefined =>
    headers.find((_, i) => i % 2 === 1 && headers[i - 1]?.toLowerCase() === name);
  if (/\bchunked\s*$/i.test(headerOf('transfer-encoding') ?? ''))
    return { start, headers, ...unchunked(rest) };
  const length = headerOf('content-length');
  if (length === undefined || !/^\d+$/.test(length)) return { start, headers, body: rest, isWhole: true };
  return { start, headers, body: rest.subarray(0, Number(length)), isWhole: rest.length >= Number(length) };
}

/** Takes chunked transfer coding off (RFC 9112, 7.1); a body without it, as some tools write one, stays. */
function unchunked(bytes: Buffer): Pick<HttpMessage, 'body' | 'isWhole'> {
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = bytes.indexOf(LF, at);
    const size =
      lineEnd === -1 ? null : /^([0-9a-f]{1,8})\s*(?:;.*)?$/is.exec(bytes.toString('latin1', at, lineEnd));
    if (size === null) {
      const isCutSize = lineEnd === -1 && /^[0-9a-f]{0,8}\s*$/i.test(bytes.toString('latin1', 0, 16));
      const isPlain = at === 0 && !isCutSize;
      return isPlain ? { body: bytes, isWhole: true } : { body: Buffer.concat(chunks), isWhole: false };
    }
    const length = Number.parseInt(size[1] ?? '', 16);
    const from = lineEnd + 1;
    if (length === 0) return { body: Buffer.concat(chunks), isWhole: true };
    chunks.push(bytes.subarray(from, from + length));
    const next = bytes.indexOf(LF, from + length);
    if (next === -1) return { body: Buffer.concat(chunks), isWhole: false };
    at = next + 1;
  }
}
