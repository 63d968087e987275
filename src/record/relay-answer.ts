import type { IncomingMessage, InformationEvent, ServerResponse } from 'node:http';
import { headerValue, pairs } from '../chat/headers.ts';
import { type AnswerError, answerErrorOf } from '../model/outcome.ts';
import type { ChunkTaker } from './chunk-lane.ts';
import { namedByConnection } from './request-head.ts';

/** Observes an answer while it is forwarded. */
export interface RelayEvents {
  /** A piece of the body: the bytes from `from` to `to` (exclusive). */
  piece(bytes: Buffer, from: number, to: number, bytesRead: number): void;
  /** The whole answer has come from the upstream. */
  complete(): void;
  /** The upstream's connection broke in the middle. */
  cut(error: AnswerError): void;
  /** Offers whole chunks before Node parses them; one that is not taken becomes a piece of the answer's `data`. */
  offerChunks(taker: ChunkTaker): void;
}

/**
 * What is relayed of one body before others have their turn, bytes: what one read of a socket yields at the most. libuv
 * reads a socket that has more 32 times before it looks at another: a hundred endless bodies would hold all other clients up.
 */
const TURN_BYTES = 64 * 1024;

/** Headers of the upstream's connection. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'upgrade',
]);

/**
 * Passes an answer on as it comes: status, raw headers, every piece at once, back-pressure, trailers. An answer that
 * breaks off breaks off for the client too: it never ends cleanly.
 * @throws Error when its head is nothing that may be sent on; then nothing was sent
 */
export function relayAnswer(
  answer: IncomingMessage,
  response: ServerResponse,
  upstream: URL,
  events: RelayEvents,
): void {
  // Without a listener for `error` Node reports a cut only as `close`.
  let why: AnswerError = { code: 'closed', detail: null };
  answer.on('error', (error) => {
    why = answerErrorOf(error);
  });
  let sinceTurn = 0;
  collectWrites(response);
  writeHead(answer, response, upstream);
  answer.on('data', (piece: Buffer) => {
    // Forward first, record after.
    const flows = writePiece(response, piece);
    sinceTurn += piece.length;
    if (!flows) answer.pause();
    else if (sinceTurn >= TURN_BYTES) {
      answer.pause();
      setImmediate(goOn);
    }
    events.piece(piece, 0, piece.length, answer.socket.bytesRead);
  });
  // As they came: they need no other framing. What waits on either side keeps its place before them.
  events.offerChunks((framed, data) => {
    const { socket } = response;
    const flows = answer.readableFlowing === true && answer.readableLength === 0;
    if (socket === null || !flows || !isClear(response) || sinceTurn + framed.length >= TURN_BYTES)
      return false;
    socket.write(framed);
    sinceTurn += framed.length;
    const { bytesRead } = answer.socket;
    for (let i = 0; i < data.length; i += 2) events.piece(framed, data[i] ?? 0, data[i + 1] ?? 0, bytesRead);
    return true;
  });
  function goOn(): void {
    sinceTurn = 0;
    if (!response.writableNeedDrain) answer.resume();
  }
  response.on('drain', goOn);
  answer.on('end', () => {
    if (!answer.complete) return;
    events.complete();
    if (answer.rawTrailers.length > 0) response.addTrailers(pairs(answer.rawTrailers));
    response.end();
  });
  answer.on('close', () => {
    if (answer.complete) return;
    events.cut(why);
    response.destroy();
  });
}

const settled = Promise.resolve();

/** What has come in one read, often all of a short answer, leaves in one write: microtasks run behind all ticks of a read. */
function collectWrites({ socket }: ServerResponse): void {
  if (socket === null) return;
  socket.cork();
  void settled.then(() => socket.uncork());
}

/** Passes an interim response on; Node's server has sent 100 by itself, and clients of HTTP/1.0 know none. */
export function relayInformation(answer: InformationEvent, response: ServerResponse): void {
  const { socket } = response;
  if (answer.statusCode === 100 || socket === null || response.headersSent) return;
  if (response.req.httpVersion !== '1.1') return;
  const fields = pairs(withoutHopByHop(answer.rawHeaders, false)).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  socket.write(`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}\r\n${fields.join('')}\r\n`, 'latin1');
}

function writeHead(answer: IncomingMessage, response: ServerResponse, upstream: URL): void {
  const status = answer.statusCode ?? 502;
  // What the server did not send, the client does not get.
  response.sendDate = false;
  if (response.req.httpVersion === '1.1' && response.shouldKeepAlive) response.removeHeader('connection');
  const headers = withoutHopByHop(answer.rawHeaders, response.req.httpVersion === '1.1');
  for (let i = 0; i < headers.length; i += 2) {
    if (headers[i]?.toLowerCase() === 'location')
      headers[i + 1] = locationHere(headers[i + 1] ?? '', upstream, response.req);
  }
  if (answer.statusMessage === undefined) response.writeHead(status, headers);
  else response.writeHead(status, answer.statusMessage, headers);
  response.flushHeaders();
}

/** @param keepChunked transfer-encoding is kept for clients that understand it */
export function withoutHopByHop(raw: readonly string[], keepChunked: boolean): string[] {
  const named = namedByConnection(raw);
  const kept: string[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] ?? '';
    const lower = name.toLowerCase();
    const isKept =
      lower === 'transfer-encoding'
        ? keepChunked
        : lower === 'content-length' || !(HOP_BY_HOP.has(lower) || named.has(lower));
    if (isKept) kept.push(name, raw[i + 1] ?? '');
  }
  return kept;
}

/**
 * A redirect to the upstream itself, as the client reaches it: here, and without the path that is put before every path.
 * Every other one stays as it is.
 */
function locationHere(location: string, upstream: URL, request: IncomingMessage): string {
  const [, origin = '', path = ''] = /^(https?:\/\/[^/?#]*)?(.*)$/is.exec(location) ?? [];
  const isHere = origin === '' ? /^\/(?!\/)/.test(path) : URL.parse(origin)?.origin === upstream.origin;
  const basePath = upstream.pathname.replace(/\/+$/, '');
  const rest = path.slice(basePath.length);
  if (!isHere || !path.startsWith(basePath) || !/^([/?#]|$)/.test(rest)) return location;
  // The forwarder has replaced the request's `headers`.
  const host = headerValue(request.rawHeaders, 'host');
  const here = origin === '' || host === null ? '' : `${isTls(request) ? 'https' : 'http'}://${host}`;
  return `${here}${rest.startsWith('/') ? '' : '/'}${rest}`;
}

function isTls({ socket }: IncomingMessage): boolean {
  return 'encrypted' in socket && socket.encrypted === true;
}

/** Up to here a piece is copied into its frame, bytes: far below what makes a socket ask for patience. */
const FRAMED_BYTES = 16 * 1024;

const CR = 13;
const LF = 10;

/**
 * Writes one piece of a body, as `response.write` does, but frames a small chunk itself (RFC 9112, 7.1): one buffer and
 * one `write` instead of three and a `writev`, an eighth of the relay's CPU. Only where nothing waits to be written
 * before it; everything else is `response.write`'s business, back-pressure with it.
 * @returns false when the writer should wait for `drain`
 */
export function writePiece(response: ServerResponse, piece: Buffer): boolean {
  const { socket } = response;
  const fits = piece.length > 0 && piece.length <= FRAMED_BYTES;
  if (socket === null || !fits || !isClear(response)) return response.write(piece);
  socket.write(frame(piece));
  // What is left in the socket, if anything, is seen by the next piece.
  return true;
}

/** Whether its body is chunked and nothing of it waits to be written. */
function isClear({ chunkedEncoding, writableLength, socket }: ServerResponse): boolean {
  return chunkedEncoding && writableLength === 0 && socket?.writableLength === 0;
}

/** `SIZE CRLF DATA CRLF` */
function frame(piece: Buffer): Buffer {
  const size = piece.length.toString(16);
  const framed = Buffer.allocUnsafe(size.length + piece.length + 4);
  let at = framed.write(size, 'latin1');
  framed[at++] = CR;
  framed[at++] = LF;
  at += piece.copy(framed, at);
  framed[at++] = CR;
  framed[at] = LF;
  return framed;
}
