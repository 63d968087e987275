/** Told what the bytes of one HTTP/1.1 response mean, as they come; `atUs` is the instant of the read they were in. */
export interface ResponseHandler {
  /** The final status line and headers (1xx answers before it are passed over), raw pairs in order. */
  onHead(status: number, headers: readonly string[], atUs: number): void;
  /** A piece of the body without its framing, from `from` to `to` (exclusive); only good during the call. */
  onBody(bytes: Buffer, from: number, to: number, atUs: number): void;
  /** @param reusable false when the server said that it closes the connection */
  onEnd(reusable: boolean, atUs: number): void;
}

/** Sans-I/O reader of the responses of one connection, one after another. */
export interface ResponseReader {
  /**
   * Feeds one read, the first `length` bytes of `bytes`, and stops behind the end of a response.
   * @returns how many bytes it used; what is left belongs to no response that was asked for
   * @throws Error with one sentence when the bytes are no HTTP/1.1 response; the connection is of no use then
   */
  push(bytes: Buffer, length: number, atUs: number): number;
  /** The other side has closed: true when just that ends the response (a body without length). */
  close(atUs: number): boolean;
}

/** A head larger than this is not vLLM's: Node's own limit, 16 KiB, times four. */
const MAX_HEAD_BYTES = 65_536;

/** A chunk's size line with its extensions, bytes. */
const MAX_SIZE_LINE = 4_096;

const CR = 13;
const LF = 10;
const SEMICOLON = 59;

const NO_BYTES = Buffer.alloc(0);

type State = 'head' | 'length' | 'until-close' | 'size' | 'extension' | 'chunk' | 'chunk-end' | 'trailer';

/** Starts at the beginning of a response (RFC 9112); after each one it is ready for the next. */
export function createResponseReader(handler: ResponseHandler): ResponseReader {
  let state: State = 'head';
  let held: Buffer = NO_BYTES;
  let framing: HeadFraming = { kind: 'none', reusable: true };
  /** Bytes of the body or chunk still to come; in `size` the size read so far. */
  let left = 0;
  let digits = 0;
  let line = 0;

  let ended = false;
  let lastText = '';
  let lastHead: ResponseHead | null = null;

  function end(atUs: number): void {
    state = 'head';
    held = NO_BYTES;
    ended = true;
    handler.onEnd(framing.reusable, atUs);
  }

  /** Gives the position after the head, or the length when it is not whole yet. */
  function readHead(bytes: Buffer, at: number, length: number, atUs: number): number {
    const piece = bytes.subarray(at, length);
    const all = held.length === 0 ? piece : Buffer.concat([held, piece]);
    const close = all.indexOf('\r\n\r\n');
    if (close === -1) {
      if (all.length > MAX_HEAD_BYTES) throw new Error('the head of the response has no end');
      held = Buffer.from(all);
      return length;
    }
    const used = close + 4 - held.length;
    held = NO_BYTES;
    const text = all.toString('latin1', 0, close);
    // One answer's head is the next one's, but for the second of its date.
    const head = text === lastText ? lastHead : parseHead(text);
    lastText = text;
    lastHead = head;
    if (head === null) return at + used;
    framing = head.framing;
    handler.onHead(head.status, head.headers, atUs);
    if (framing.kind === 'chunked') beginSize();
    else if (framing.kind === 'until-close') state = 'until-close';
    else {
      left = framing.kind === 'length' ? framing.length : 0;
      state = 'length';
      if (left === 0) end(atUs);
    }
    return at + used;
  }

  function beginSize(): void {
    state = 'size';
    left = 0;
    digits = 0;
    line = 0;
  }

  function readSize(byte: number): void {
    const digit = hexDigit(byte);
    if (++line > MAX_SIZE_LINE) throw new Error('the size of a chunk has no end');
    if (state === 'size' && digit !== -1) {
      left = left * 16 + digit;
      if (++digits > 12) throw new Error('a chunk is larger than any memory');
    } else if (byte === LF && digits > 0) {
      state = left === 0 ? 'trailer' : 'chunk';
      line = 0;
    } else if (digits > 0 && (state === 'extension' || byte === CR || byte === SEMICOLON || byte === 32)) {
      state = 'extension';
    } else throw new Error('the size of a chunk is no number');
  }

  /** Trailer fields are passed over; an empty line ends them and the response. */
  function readTrailer(byte: number, atUs: number): void {
    if (byte === LF) {
      if (line === 0) end(atUs);
      else line = 0;
    } else if (byte !== CR && ++line > MAX_HEAD_BYTES) throw new Error('the trailers have no end');
  }

  function readBody(bytes: Buffer, at: number, length: number, atUs: number): number {
    const until = state === 'until-close' ? length : Math.min(length, at + left);
    handler.onBody(bytes, at, until, atUs);
    if (state === 'until-close') return until;
    left -= until - at;
    if (left > 0) return until;
    if (state === 'length') end(atUs);
    else state = 'chunk-end';
    return until;
  }

  return {
    push(bytes, length, atUs) {
      let at = 0;
      ended = false;
      while (at < length && !ended) {
        switch (state) {
          case 'head':
            at = readHead(bytes, at, length, atUs);
            break;
          case 'size':
          case 'extension':
            readSize(bytes[at++] ?? 0);
            break;
          case 'chunk-end': {
            const byte = bytes[at++];
            if (byte === LF) beginSize();
            else if (byte !== CR) throw new Error('a chunk is longer than its size');
            break;
          }
          case 'trailer':
            readTrailer(bytes[at++] ?? 0, atUs);
            break;
          default:
            at = readBody(bytes, at, length, atUs);
        }
      }
      return at;
    },
    close(atUs) {
      if (state !== 'until-close') return false;
      end(atUs);
      return true;
    },
  };
}

function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const lower = byte | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

/** How the end of a response's body is known (RFC 9112, 6.3). */
export type HeadFraming = { readonly reusable: boolean } & (
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly length: number }
  | { readonly kind: 'chunked' }
  /** The server closes the connection. */
  | { readonly kind: 'until-close' }
);

export interface ResponseHead {
  readonly status: number;
  /** Raw pairs in order. */
  readonly headers: readonly string[];
  readonly framing: HeadFraming;
}

const STATUS_LINE = /^HTTP\/1\.([01]) (\d{3})(?: |$)/;

/**
 * Reads the head of a response, without the empty line that ends it.
 * @returns null for an informational answer (1xx): the real one follows
 * @throws Error with one sentence when it is no HTTP/1.x head
 */
export function parseHead(text: string): ResponseHead | null {
  const [first = '', ...lines] = text.split('\r\n');
  const match = STATUS_LINE.exec(first);
  if (match === null) throw new Error(`the answer is not HTTP/1.1: ${JSON.stringify(first.slice(0, 40))}`);
  const status = Number(match[2]);
  if (status === 101) throw new Error('the server switched to another protocol');
  if (status < 200) return null;
  const headers = lines.flatMap(parseField);
  return { status, headers, framing: framingOf(status, headers, match[1] === '1') };
}

function parseField(line: string): [string, string] {
  const colon = line.indexOf(':');
  const name = line.slice(0, colon);
  if (colon < 1 || /\s/.test(name)) throw new Error(`a header of the answer is none: ${line.slice(0, 40)}`);
  return [name, line.slice(colon + 1).trim()];
}

function framingOf(status: number, headers: readonly string[], persistent: boolean): HeadFraming {
  let encoding: string | null = null;
  let length: string | null = null;
  let reusable = persistent;
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const value = headers[i + 1] ?? '';
    switch (headers[i]?.toLowerCase()) {
      case 'transfer-encoding':
        encoding = encoding === null ? value : `${encoding},${value}`;
        break;
      case 'content-length':
        if (length !== null && length !== value) throw new Error('the answer has two different lengths');
        length = value;
        break;
      case 'connection':
        if (/\bclose\b/i.test(value)) reusable = false;
        else if (/\bkeep-alive\b/i.test(value)) reusable = true;
    }
  }
  if (status === 204 || status === 304) return { kind: 'none', reusable };
  if (encoding !== null) {
    const chunked = /(?:^|,)\s*chunked\s*$/i.test(encoding);
    // Both at once is how responses are smuggled: the encoding counts, the connection is not used again.
    return chunked
      ? { kind: 'chunked', reusable: reusable && length === null }
      : { kind: 'until-close', reusable: false };
  }
  if (length === null) return { kind: 'until-close', reusable: false };
  if (!/^\d{1,15}$/.test(length)) throw new Error(`the length of the answer is none: ${length.slice(0, 40)}`);
  return { kind: 'length', length: Number(length), reusable };
}
