import { isEventStream } from './headers.ts';

/** What may stand before the first word of a body: a byte order mark, blanks and line ends. */
const BEFORE = /^\uFEFF?[\t\n\r ]*/;

/** What a stream's first line begins with: a field of the standard, the one of some servers' errors, or a comment. */
const FIRST_LINE = /^(?:(?:data|event|id|retry|error)[\t ]*)?:/;

const OPEN_BRACE = 0x7b;

/** Bytes that are enough to tell, blanks included. */
const ENOUGH = 64;

/**
 * Whether an answer is a stream of server-sent events: what it is says its first line. Gateways name the wrong content
 * type, or none; that is asked only where the bytes begin with neither an event nor JSON.
 * @param body decoded
 */
export function isStream(headers: readonly string[], body: Uint8Array): boolean {
  if (body[0] === OPEN_BRACE) return false;
  const start = Buffer.from(body.buffer, body.byteOffset, Math.min(body.length, ENOUGH)).toString();
  const first = start.replace(BEFORE, '');
  if (FIRST_LINE.test(first)) return true;
  return !/^[{[]/.test(first) && isEventStream(headers);
}
