import { hexDigit } from './chunk-reader.ts';

/** Takes whole chunks off a body. @returns false when it takes none of them: then Node's parser reads them */
export type ChunkTaker = (
  /** The chunks with their framing, one behind the other. */
  framed: Buffer,
  /** Where the data of each begins and ends in it, one behind the other; good during the call. */
  data: readonly number[],
) => boolean;

/**
 * Follows the framing of one connection's chunked bodies (RFC 9112, 7.1) and offers whole chunks before Node's parser gets
 * them. Parser, streams and a second framing cost a third of the relay's CPU per chunk, and an event of a stream mostly
 * comes as one whole chunk. The parser gets everything else: heads, chunks in pieces, the last one with its trailers, and
 * whatever is not exactly as the standard has it. What is taken, it never learns of: between two chunks it has no state.
 */
export interface ChunkLane {
  /** A head comes next: nothing is offered, and nothing is known of what follows it. */
  begin(): void;
  /** Offers the chunks of the body that has begun. Call it only where the body is chunked. */
  offer(taker: ChunkTaker): void;
  /**
   * Passes one read on.
   * @param from where the body begins in it
   * @returns what the parser is to get, null for nothing
   */
  pass(bytes: Buffer, from: number): Buffer | null;
}

const CR = 13;
const LF = 10;

/** Of a chunk's size; a larger chunk comes in pieces anyway. */
const MAX_DIGITS = 7;

export function createChunkLane(): ChunkLane {
  let taker: ChunkTaker | null = null;
  /** Bytes until a chunk's size comes; null when that is not known. */
  let left: number | null = null;
  /** The last size that was read. */
  let size = 0;
  /** The same for every read: a fresh one for each is work for the collector. */
  const data: number[] = [];

  /** Gives where the data of the chunk at `at` begins; -1 for the last chunk and for a line that is not whole or has more than digits. */
  function dataOf(bytes: Buffer, at: number): number {
    let i = at;
    size = 0;
    for (; i - at < MAX_DIGITS; i++) {
      const digit = hexDigit(bytes[i] ?? 0);
      if (digit === -1) break;
      size = size * 16 + digit;
    }
    return size > 0 && bytes[i] === CR && bytes[i + 1] === LF ? i + 2 : -1;
  }

  /** Keeps count of what the parser gets. */
  function follow(bytes: Buffer, from: number): void {
    let at = from;
    while (left !== null && at < bytes.length) {
      if (left === 0) {
        const data = dataOf(bytes, at);
        left = data === -1 ? null : data - at + size + 2;
        continue;
      }
      const end: number = at + left;
      // Its line end, as far as this read has it.
      const isSound = (bytes[end - 2] ?? CR) === CR && (bytes[end - 1] ?? LF) === LF;
      left = isSound ? Math.max(0, end - bytes.length) : null;
      at = end;
    }
  }

  return {
    begin() {
      taker = null;
      left = 0;
    },
    offer(given) {
      taker = given;
    },
    pass(bytes, from) {
      if (taker === null || left !== 0 || from > 0) {
        follow(bytes, from);
        return bytes;
      }
      data.length = 0;
      let at = 0;
      for (;;) {
        const from = dataOf(bytes, at);
        const end = from + size;
        if (from === -1 || bytes[end] !== CR || bytes[end + 1] !== LF) break;
        data.push(from, end);
        at = end + 2;
      }
      if (at === 0 || !taker(at === bytes.length ? bytes : bytes.subarray(0, at), data)) at = 0;
      if (at === bytes.length) return null;
      follow(bytes, at);
      return at === 0 ? bytes : bytes.subarray(at);
    },
  };
}
