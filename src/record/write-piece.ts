import type { ServerResponse } from 'node:http';

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
  const clear =
    socket !== null &&
    response.chunkedEncoding &&
    piece.length > 0 &&
    piece.length <= FRAMED_BYTES &&
    response.writableLength === 0 &&
    socket.writableLength === 0;
  if (!clear) return response.write(piece);
  socket.write(frame(piece));
  // What is left in the socket, if anything, is seen by the next piece.
  return true;
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
