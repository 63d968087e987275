import type { ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';

/** How a front end writes the heads of its answers. All names are in lower case, as they are there. */
export interface HeadStyle {
  /** uvicorn puts the date first and names itself; hyper puts the date last. */
  readonly server: 'uvicorn' | 'hyper';
  /** Middleware adds `vary: Origin` to every answer. */
  readonly varyOrigin: boolean;
  readonly eventStreamType: string;
}

/** What a head is made of. */
export interface Head {
  readonly status: number;
  readonly contentType: string | null;
  /** `x-request-id`, where the server sends it. */
  readonly requestId: string | null;
  /** Methods that the path has, on a 405. */
  readonly allow?: string;
  readonly location?: string;
}

/**
 * Sends a whole answer with a head that is byte for byte the front end's: its names, its order, and neither `Connection`
 * nor `Keep-Alive` unless the client asked to close (vLLM closes idle connections after 5 s without saying so).
 * @param whole false sends the head alone and leaves the body to the caller
 */
export function sendBody(
  response: ServerResponse,
  style: HeadStyle,
  head: Head,
  text: string,
  whole = true,
): void {
  const body = Buffer.from(text);
  writeHead(response, style, head, body.length);
  if (whole) response.end(body);
  else response.flushHeaders();
}

/** Sends the head of an event stream, and then its events, each as one chunk at once. */
export function openStream(response: ServerResponse, style: HeadStyle, head: Head) {
  writeHead(response, style, head, null);
  response.flushHeaders();
  // The chunks are framed here: Node would write each in four parts, and sizes in lower case whatever the dialect.
  response.chunkedEncoding = false;
  const upper = style.server === 'hyper';
  // Straight to the socket, which only this answer writes to now: Node's response would hold each write back to the end of the
  // turn, so that no token left before the last one of its step was made.
  const out: Writable = response.socket ?? response;
  return {
    write(event: string | Buffer): void {
      // The client has gone.
      if (response.destroyed) return;
      const bytes = Buffer.byteLength(event);
      const size = upper ? bytes.toString(16).toUpperCase() : bytes.toString(16);
      if (typeof event !== 'string') {
        out.cork();
        out.write(`${size}\r\n`, 'latin1');
        out.write(event);
        out.write('\r\n', 'latin1');
        out.uncork();
        return;
      }
      // Text that is all ASCII need not be encoded.
      out.write(`${size}\r\n${event}\r\n`, bytes === event.length ? 'latin1' : 'utf8');
    },
    end(): void {
      if (!response.destroyed) response.end('0\r\n\r\n');
    },
  };
}

export type EventSink = ReturnType<typeof openStream>;

/** The order of the headers in each front end; hyper's is another where there is no content type. */
const UVICORN =
  'date server allow content-length content-type location vary x-request-id connection transfer-encoding'.split(
    ' ',
  );
const HYPER =
  'content-type cache-control x-request-id allow content-length connection transfer-encoding date'.split(' ');
const HYPER_UNTYPED = 'x-request-id allow connection content-length date'.split(' ');

/** @param length of the body, bytes; null for a stream */
function writeHead(response: ServerResponse, style: HeadStyle, head: Head, length: number | null): void {
  const { contentType } = head;
  const values: Readonly<Record<string, string | null | undefined>> = {
    date: httpDate(),
    server: 'uvicorn',
    allow: head.allow,
    'content-length': length === null ? null : String(length),
    'content-type': contentType,
    'cache-control': length === null ? 'no-cache' : null,
    location: head.location,
    vary: style.varyOrigin ? 'Origin' : null,
    'x-request-id': head.requestId,
    connection: response.shouldKeepAlive ? null : 'close',
    'transfer-encoding': length === null ? 'chunked' : null,
  };
  response.statusCode = head.status;
  response.sendDate = false;
  response.removeHeader('connection');
  for (const name of style.server === 'uvicorn' ? UVICORN : contentType === null ? HYPER_UNTYPED : HYPER) {
    const value = values[name];
    if (value !== null && value !== undefined) response.setHeader(name, value);
  }
}

let dateSecond = 0;
let dateText = '';

/** Formatting a date costs as much as the rest of the head: once a second is enough. */
function httpDate(): string {
  const second = Math.floor(Date.now() / 1e3);
  if (second !== dateSecond) {
    dateSecond = second;
    dateText = new Date(second * 1e3).toUTCString();
  }
  return dateText;
}
