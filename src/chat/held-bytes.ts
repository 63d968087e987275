/** Bytes of a file or a connection, read piece by piece, that are still needed. */
export interface HeldBytes {
  append(piece: Uint8Array): void;
  /** Everything that is held. Views of it stay as they are: nothing is written over. */
  readonly held: Buffer;
  readonly length: number;
  /** Forgets the first bytes. @throws RangeError for fewer than none: memory before them is not ours */
  drop(count: number): void;
  /** Takes the first bytes out, at most as many. */
  take(most: number): Buffer;
  clear(): void;
}

/** The least memory that is made, bytes. */
const LEAST = 1024;

/** Memory doubles where more is held, so that a long record is not copied for each piece. */
export function createHeldBytes(): HeldBytes {
  let memory: Buffer = Buffer.alloc(0);
  let isOwn = false;
  let from = 0;
  let to = 0;
  return {
    get held() {
      return memory.subarray(from, to);
    },
    get length() {
      return to - from;
    },
    append(piece) {
      const length = to - from;
      if (length === 0) {
        // Most records lie within one piece, whose bytes are not copied.
        memory = Buffer.isBuffer(piece) ? piece : Buffer.from(piece.buffer, piece.byteOffset, piece.length);
        isOwn = false;
        [from, to] = [0, piece.length];
        return;
      }
      if (!isOwn || to + piece.length > memory.length) {
        const larger = Buffer.allocUnsafe(Math.max(LEAST, 2 * (length + piece.length)));
        larger.set(memory.subarray(from, to));
        memory = larger;
        isOwn = true;
        [from, to] = [0, length];
      }
      memory.set(piece, to);
      to += piece.length;
    },
    drop(count) {
      if (count < 0) throw new RangeError(`${count} bytes cannot be forgotten`);
      from += count;
    },
    take(most) {
      const taken = memory.subarray(from, Math.min(to, from + most));
      from += taken.length;
      return taken;
    },
    clear() {
      from = to;
    },
  };
}
