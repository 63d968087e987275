import { OPEN_BRACE, OPEN_BRACKET } from './ascii.ts';
import { headerValue } from './headers.ts';

/** How a body's text is encoded: as UTF-8, or as JSON's readers also take it, with or without a byte order mark. */
type Charset = 'utf-8' | 'utf-16le' | 'utf-16be';

/**
 * A body as text, without a byte order mark and without copying its bytes first; no body is no text. Bytes that are not of
 * their encoding become U+FFFD.
 */
export function bodyText(body: Uint8Array | null): string {
  if (body === null) return '';
  const charset = charsetOf(body);
  if (charset !== 'utf-8') return new TextDecoder(charset).decode(body);
  const start = hasBom(body) ? 3 : 0;
  return bytesOf(body).toString('utf8', start);
}

/** The body itself where it is UTF-8, else its text in UTF-8. */
export function utf8Body(body: Uint8Array): Uint8Array {
  return charsetOf(body) === 'utf-8' ? body : Buffer.from(bodyText(body));
}

/** A body as text where every byte of it can be read; null where one cannot. */
export function exactText(body: Uint8Array): string | null {
  try {
    const text = new TextDecoder(charsetOf(body), { fatal: true }).decode(body);
    return text.includes('\0') ? null : text;
  } catch {
    return null;
  }
}

/** JSON begins with two ASCII characters: the positions of the zeros show the encoding (RFC 4627, 3). */
function charsetOf(body: Uint8Array): Charset {
  const [first, second] = [body[0], body[1]];
  if (second === undefined) return 'utf-8';
  if ((first === 0xff && second === 0xfe) || (first !== 0 && second === 0)) return 'utf-16le';
  return (first === 0xfe && second === 0xff) || (first === 0 && second !== 0) ? 'utf-16be' : 'utf-8';
}

function hasBom(body: Uint8Array): boolean {
  return body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf;
}

/** What a stream's first line begins with: a field of the standard, the one of some servers' errors, or a comment. */
const FIRST_LINE = /^(?:(?:data|event|id|retry|error)[\t ]*)?:/;

/** Tab, line feed, carriage return, space. */
const BLANKS: ReadonlySet<number> = new Set([9, 10, 13, 32]);

/** Bytes of a field's name with a colon and some blanks before it. */
const LONGEST_FIELD = 16;

/**
 * Whether an answer is a stream of server-sent events: what it is says its first line. Gateways name the wrong content
 * type, or none; that is asked only where the bytes begin with neither an event nor JSON.
 * @param body decoded
 */
export function isStream(headers: readonly string[], body: Uint8Array): boolean {
  let at = hasBom(body) ? 3 : 0;
  // Some gateways send blanks until the answer comes.
  while (BLANKS.has(body[at] ?? 0)) at += 1;
  const first = body[at];
  // A server's error may come before the first event as a line of JSON. No JSON has a line that begins like an event.
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return bytesOf(body).includes('\ndata:');
  const length = Math.min(body.length - at, LONGEST_FIELD);
  const start = bytesOf(body).toString('latin1', at, at + length);
  return FIRST_LINE.test(start) || isEventStream(headers);
}

function bytesOf(body: Uint8Array): Buffer {
  return Buffer.from(body.buffer, body.byteOffset, body.length);
}

/** True when the headers announce a stream of server-sent events. */
function isEventStream(raw: readonly string[]): boolean {
  return headerValue(raw, 'content-type')?.toLowerCase().startsWith('text/event-stream') ?? false;
}
