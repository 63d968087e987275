/** The least memory that is made, bytes. */
const LEAST = 1024;

/**
 * Bytes of a file or a connection, read piece by piece, that are still needed. Memory doubles where more is held, so that a
 * long record is not copied for each piece.
 */
export function createHeldBytes() {
  let memory: Buffer = Buffer.alloc(0);
  let isOwn = false;
  let from = 0;
  let to = 0;
  return {
    /** Everything that is held. Views of it stay as they are: nothing is written over. */
    get held(): Buffer {
      return memory.subarray(from, to);
    },
    get length(): number {
      return to - from;
    },
    append(piece: Uint8Array): void {
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
    /** Forgets the first bytes. @throws RangeError for fewer than none: memory before them is not ours */
    drop(count: number): void {
      if (count < 0) throw new RangeError(`${count} bytes cannot be forgotten`);
      from += count;
    },
    /** Takes the first bytes out, at most as many. */
    take(most: number): Buffer {
      const taken = memory.subarray(from, Math.min(to, from + most));
      from += taken.length;
      return taken;
    },
    clear(): void {
      from = to;
    },
  };
}

export type HeldBytes = ReturnType<typeof createHeldBytes>;
