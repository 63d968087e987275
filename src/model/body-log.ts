import type { RawAnswer } from './completion.ts';

/** The part of an answer that its body's reads make. */
export type LoggedBody = Pick<
  RawAnswer,
  'body' | 'truncated' | 'bodyBytes' | 'firstByteUs' | 'readUs' | 'readBytes'
>;

/** Keeps the pieces of one body by reference with a stamp each; nothing is copied or parsed until it ends. */
export interface BodyLog {
  /**
   * @param atUs microseconds since the capture's or run's start
   * @param mark total bytes read from the socket so far: equal marks mean that one read held both pieces, and they
   *   get one stamp
   */
  add(piece: Uint8Array, atUs: number, mark: number): void;
  /** One fresh array of its own memory: the pieces are views on read buffers, and the tape's thread takes it over. */
  finish(): LoggedBody;
}

/** @param maxBytes beyond this pieces are counted and stamped, but not kept */
export function createBodyLog(maxBytes: number): BodyLog {
  const pieces: Uint8Array[] = [];
  const readUs: number[] = [];
  const readBytes: number[] = [];
  let keptBytes = 0;
  let bodyBytes = 0;
  let lastMark = -1;

  return {
    add(piece, atUs, mark) {
      const last = readBytes.length - 1;
      if (mark === lastMark && last >= 0) readBytes[last] = (readBytes[last] ?? 0) + piece.length;
      else {
        readUs.push(atUs);
        readBytes.push(piece.length);
        lastMark = mark;
      }
      // Never a hole: once a piece was left out, all that follow are too.
      if (keptBytes === bodyBytes && keptBytes + piece.length <= maxBytes) {
        pieces.push(piece);
        keptBytes += piece.length;
      }
      bodyBytes += piece.length;
    },
    finish() {
      return {
        body: joined(pieces, keptBytes),
        truncated: keptBytes < bodyBytes,
        bodyBytes,
        firstByteUs: readUs[0] ?? null,
        readUs: Float64Array.from(readUs),
        readBytes: Uint32Array.from(readBytes),
      };
    },
  };
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const body = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    body.set(piece, at);
    at += piece.length;
  }
  return body;
}
