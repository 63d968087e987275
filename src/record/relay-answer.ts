import type { IncomingMessage, ServerResponse } from 'node:http';
import { pairs, withoutHeaders } from '../chat/headers.ts';
import { type AnswerError, answerErrorOf } from '../model/error-code.ts';
import { writePiece } from './write-piece.ts';

/** Told of an answer on its way through. */
export interface RelayEvents {
  piece(piece: Buffer, bytesRead: number): void;
  /** The whole answer has come from the upstream. */
  complete(): void;
  /** The upstream's connection broke in the middle. */
  cut(error: AnswerError): void;
}

/** Headers of the upstream's connection; transfer-encoding is kept for clients that understand it. */
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
 */
export function relayAnswer(answer: IncomingMessage, response: ServerResponse, events: RelayEvents): void {
  writeHead(answer, response);
  answer.on('data', (piece: Buffer) => {
    // Forward first, record after.
    if (!writePiece(response, piece)) answer.pause();
    events.piece(piece, answer.socket.bytesRead);
  });
  response.on('drain', () => answer.resume());
  answer.on('end', () => {
    if (!answer.complete) return;
    events.complete();
    if (answer.rawTrailers.length > 0) response.addTrailers(pairs(answer.rawTrailers));
    response.end();
  });
  // Without a listener for `error` Node reports a cut only as `close`.
  let why: AnswerError = { code: 'closed', detail: null };
  answer.on('error', (error) => {
    why = answerErrorOf(error);
  });
  answer.on('close', () => {
    if (answer.complete) return;
    events.cut(why);
    response.destroy();
  });
}

function writeHead(answer: IncomingMessage, response: ServerResponse): void {
  const status = answer.statusCode ?? 502;
  // What the server did not send, the client does not get.
  response.sendDate = false;
  if (response.req.httpVersion === '1.1' && response.shouldKeepAlive) response.removeHeader('connection');
  const keepChunked = response.req.httpVersion === '1.1';
  const headers = withoutHopByHop(answer.rawHeaders, keepChunked);
  if (answer.statusMessage === undefined) response.writeHead(status, headers);
  else response.writeHead(status, answer.statusMessage, headers);
  response.flushHeaders();
}

function withoutHopByHop(raw: readonly string[], keepChunked: boolean): string[] {
  const dropped = new Set(HOP_BY_HOP);
  if (!keepChunked) dropped.add('transfer-encoding');
  for (const [name, value] of pairs(raw)) {
    if (name.toLowerCase() !== 'connection') continue;
    for (const named of value.split(',')) dropped.add(named.trim().toLowerCase());
  }
  if (keepChunked) dropped.delete('transfer-encoding');
  return withoutHeaders(raw, dropped);
}
