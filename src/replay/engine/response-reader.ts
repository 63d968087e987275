import { headEnd, mendHead } from '../../chat/response-head.ts';
import type { AnswerError, ErrorCode } from '../../model/outcome.ts';

/** Hears what the bytes of one HTTP/1.1 response mean, as they come; `atUs` is the instant of the read they were in. */
export interface ResponseHandler {
  /** The final status line and headers (1xx responses before it are passed over), raw pairs in order. */
  onHead(status: number, headers: readonly string[], atUs: number): void;
  /** A piece of the body without its framing, from `from` to `to` (exclusive); only good during the call. */
  onBody(bytes: Buffer, from: number, to: number, atUs: number): void;
  /** @param reusable false when the server said that it closes the connection */
  onEnd(reusable: boolean, atUs: number): void;
}

/** The bytes of a server are no HTTP/1.1 response. */
export class ProtocolError extends Error implements AnswerError {
  override readonly name = 'ProtocolError';
  readonly code: ErrorCode;
  readonly detail: string | null;

  constructor(code: ErrorCode, detail: string | null = null) {
    super(detail === null ? code : `${code}: ${detail}`);
    this.code = code;
    this.detail = detail;
  }
}

/** The longest head or trailers, bytes: four times what Node's own parser takes. */
const MAX_HEAD_BYTES = 65_536;

/** The longest line with a chunk's size and extensions, bytes. */
const MAX_SIZE_LINE = 4_096;

/** Hexadecimal digits of a chunk's size: more is larger than any memory. */
const MAX_SIZE_DIGITS = 12;

/** Characters of invalid bytes that an error quotes. */
const SHOWN = 40;

const TAB = 9;
const LF = 10;
const CR = 13;
const SPACE = 32;
const SEMICOLON = 59;
const DELETE = 127;

const NO_BYTES = Buffer.alloc(0);
const LINE_END = Buffer.of(CR, LF);

type State =
  | 'head'
  | 'length'
  | 'until-close'
  /** In a chunk's size line: its digits, what follows them, its last byte. */
  | 'size'
  | 'extension'
  | 'size-end'
  | 'chunk'
  /** Behind a chunk: the two bytes of its line end. */
  | 'chunk-end'
  | 'chunk-end-lf'
  | 'trailer';

/**
 * Sans-I/O reader of the responses of one connection, one after another (RFC 9112). One object, as a body log is: see there.
 */
export class ResponseReader {
  private readonly handler: ResponseHandler;
  private state: State = 'head';
  /** The beginning of a head or of trailers that are not whole yet. */
  private held: Buffer = NO_BYTES;
  /** The last whole head or trailers. */
  private section = '';
  private framing: HeadFraming = { kind: 'none', reusable: true };
  /** Bytes of the body or chunk still to come; in `size` the size read so far. */
  private left = 0;
  private digits = 0;
  private line = 0;
  private ended = false;
  private lastText = '';
  private lastHead: ResponseHead | null = null;

  constructor(handler: ResponseHandler) {
    this.handler = handler;
  }

  private end(atUs: number): void {
    this.state = 'head';
    this.held = NO_BYTES;
    this.ended = true;
    this.handler.onEnd(this.framing.reusable, atUs);
  }

  /** Gives the position behind the head, or the length when it is not whole yet. */
  private readHead(bytes: Buffer, from: number, length: number, atUs: number): number {
    let at = from;
    // Empty lines before a status line are passed over, as Node's parser does.
    if (this.held.length === 0) while (at < length && (bytes[at] === CR || bytes[at] === LF)) at += 1;
    const behind = this.readSection(bytes, at, length, headEnd);
    if (behind === -1) return length;
    const text = this.section;
    // One response's head is the next one's, but for the second in its date.
    const head = text === this.lastText ? this.lastHead : parseAnyHead(text);
    this.lastText = text;
    this.lastHead = head;
    if (head === null) return behind;
    this.framing = head.framing;
    this.handler.onHead(head.status, head.headers, atUs);
    if (this.framing.kind === 'chunked') this.beginSize();
    else if (this.framing.kind === 'until-close') this.state = 'until-close';
    else {
      this.left = this.framing.kind === 'length' ? this.framing.length : 0;
      this.state = 'length';
      if (this.left === 0) this.end(atUs);
    }
    return behind;
  }

  /** Trailer fields are checked and passed over; an empty line ends them and the response. */
  private readTrailer(bytes: Buffer, at: number, length: number, atUs: number): number {
    if (this.held === LINE_END && at + 1 < length && bytes[at] === CR && bytes[at + 1] === LF) {
      this.end(atUs);
      return at + 2;
    }
    const behind = this.readSection(bytes, at, length, trailerEnd);
    if (behind === -1) return length;
    for (const field of this.section.slice(0, -4).split('\r\n').slice(1)) parseField(field);
    this.end(atUs);
    return behind;
  }

  /** Puts the text up to the next empty line, with it, into `section`. @returns the position behind it; -1 when it has not come yet */
  private readSection(bytes: Buffer, at: number, length: number, endOf: (bytes: Buffer) => number): number {
    const piece = bytes.subarray(at, length);
    const all = this.held.length === 0 ? piece : Buffer.concat([this.held, piece]);
    const end = endOf(all);
    if (end === -1) {
      if (all.length > MAX_HEAD_BYTES) throw new ProtocolError('too_long');
      this.held = Buffer.from(all);
      return -1;
    }
    const behind = at + end - this.held.length;
    this.held = NO_BYTES;
    this.section = all.toString('latin1', 0, end);
    return behind;
  }

  private beginSize(): void {
    this.state = 'size';
    this.left = 0;
    this.digits = 0;
    this.line = 0;
  }

  private readSize(byte: number): void {
    if (++this.line > MAX_SIZE_LINE) throw new ProtocolError('too_long');
    const digit = this.state === 'size' ? hexDigit(byte) : -1;
    if (digit !== -1) {
      this.left = this.left * 16 + digit;
      if (++this.digits > MAX_SIZE_DIGITS) throw new ProtocolError('bad_chunk');
    } else if (this.state === 'size-end') {
      if (byte !== LF) throw new ProtocolError('bad_chunk');
      this.endSize();
    } else if (byte === CR && this.digits > 0) this.state = 'size-end';
    else if (
      this.state === 'extension' ? isText(byte) : this.digits > 0 && (byte === SEMICOLON || byte === SPACE)
    )
      this.state = 'extension';
    else throw new ProtocolError('bad_chunk');
  }

  private endSize(): void {
    if (this.left > 0) this.state = 'chunk';
    else {
      this.state = 'trailer';
      // The line end of the last size may be the first half of the empty line that ends the trailers.
      this.held = LINE_END;
    }
  }

  private readChunkEnd(byte: number): void {
    if (byte !== (this.state === 'chunk-end' ? CR : LF)) throw new ProtocolError('bad_chunk');
    if (this.state === 'chunk-end') this.state = 'chunk-end-lf';
    else this.beginSize();
  }

  private readBody(bytes: Buffer, at: number, length: number, atUs: number): number {
    const until = this.state === 'until-close' ? length : Math.min(length, at + this.left);
    this.handler.onBody(bytes, at, until, atUs);
    if (this.state === 'until-close') return until;
    this.left -= until - at;
    if (this.left > 0) return until;
    if (this.state === 'length') this.end(atUs);
    else this.state = 'chunk-end';
    return until;
  }

  /**
   * Feeds one read, the first `length` bytes of `bytes`, and stops behind the end of a response.
   * @returns how many bytes it used; what is left belongs to no response that was asked for
   * @throws ProtocolError when the bytes are no HTTP/1.1 response; the connection is of no use then
   */
  push(bytes: Buffer, length: number, atUs: number): number {
    let at = 0;
    this.ended = false;
    while (at < length && !this.ended) {
      switch (this.state) {
        case 'head':
          at = this.readHead(bytes, at, length, atUs);
          break;
        case 'length':
        case 'until-close':
        case 'chunk':
          at = this.readBody(bytes, at, length, atUs);
          break;
        case 'size':
        case 'extension':
        case 'size-end':
          this.readSize(bytes[at++] ?? 0);
          break;
        case 'chunk-end':
        case 'chunk-end-lf':
          this.readChunkEnd(bytes[at++] ?? 0);
          break;
        case 'trailer':
          at = this.readTrailer(bytes, at, length, atUs);
          break;
        default:
          this.state satisfies never;
      }
    }
    return at;
  }

  /** The other side has closed: true when just that ends the response (a body without length). */
  close(atUs: number): boolean {
    if (this.state !== 'until-close') return false;
    this.end(atUs);
    return true;
  }
}

function trailerEnd(bytes: Buffer): number {
  const at = bytes.indexOf('\r\n\r\n');
  return at === -1 ? -1 : at + 4;
}

function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const lower = byte | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

/** No control character but a tab. */
function isText(byte: number): boolean {
  return (byte >= SPACE && byte !== DELETE) || byte === TAB;
}

/** How the end of a response's body is known (RFC 9112, 6.3). */
type HeadFraming = { readonly reusable: boolean } & (
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly length: number }
  | { readonly kind: 'chunked' }
  /** The server closes the connection. */
  | { readonly kind: 'until-close' }
);

interface ResponseHead {
  readonly status: number;
  /** Raw pairs in order. */
  readonly headers: readonly string[];
  readonly framing: HeadFraming;
}

/** Heads that only a strict parser refuses are read as the recorder reads them: what was recorded can be replayed. */
function parseAnyHead(text: string): ResponseHead | null {
  if (!text.endsWith('\r\n\r\n')) return parseHead(mendHead(text));
  try {
    return parseHead(text);
  } catch (error) {
    const mended = mendHead(text);
    if (mended === text) throw error;
    return parseHead(mended);
  }
}

const STATUS_LINE = /^HTTP\/1\.([01]) (\d{3})(?: |$)/;

/** A field's name is a token, its value has no control characters (RFC 9110, 5.5 and 5.6.2). */
const FIELD = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([\t\x20-\x7e\x80-\xff]*)$/;
const BLANKS_AT_END = /[ \t]+$/;

/**
 * Reads the head of a response.
 * @returns null for an informational response (1xx): the real one follows
 * @throws ProtocolError when it is no HTTP/1.x head
 */
function parseHead(text: string): ResponseHead | null {
  const [first = '', ...lines] = text.slice(0, -4).split('\r\n');
  const match = STATUS_LINE.exec(first);
  if (match === null) throw new ProtocolError('not_http', first.slice(0, SHOWN));
  if (/[\r\n]/.test(first)) throw new ProtocolError('not_http', first.slice(0, SHOWN));
  const status = Number(match[2]);
  if (status === 101) throw new ProtocolError('protocol_switched');
  const headers = lines.flatMap(parseField);
  const framing = framingOf(status, headers, match[1] === '1');
  return isInformational(status) ? null : { status, headers, framing };
}

function isInformational(status: number): boolean {
  return status >= 100 && status < 200;
}

function parseField(line: string): [string, string] {
  const match = FIELD.exec(line);
  if (match === null) throw new ProtocolError('bad_header', line.slice(0, SHOWN));
  return [match[1] ?? '', (match[2] ?? '').replace(BLANKS_AT_END, '')];
}

function framingOf(status: number, headers: readonly string[], persistent: boolean): HeadFraming {
  let encoding: string | null = null;
  let length: string | null = null;
  let reusable = persistent;
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const value = headers[i + 1] ?? '';
    switch (headers[i]?.toLowerCase()) {
      case 'transfer-encoding':
        if (value === '') throw new ProtocolError('bad_header', 'transfer-encoding');
        encoding = encoding === null ? value : `${encoding},${value}`;
        break;
      case 'content-length':
        if (!/^\d{1,15}$/.test(value)) throw new ProtocolError('bad_length', value.slice(0, SHOWN));
        if (length !== null && length !== value) throw new ProtocolError('two_framings');
        length = value;
        break;
      case 'connection':
        if (/\bclose\b/i.test(value)) reusable = false;
        else if (/\bkeep-alive\b/i.test(value)) reusable = true;
    }
  }
  if (isInformational(status) || status === 204 || status === 304) return { kind: 'none', reusable };
  if (encoding !== null) {
    return /(?:^|,)\s*chunked\s*$/i.test(encoding)
      ? // With a length beside it one response could be taken for two: chunks decide, and nothing follows (RFC 9112, 6.3).
        { kind: 'chunked', reusable: reusable && length === null }
      : { kind: 'until-close', reusable: false };
  }
  if (length === null) return { kind: 'until-close', reusable: false };
  return { kind: 'length', length: Number(length), reusable };
}
