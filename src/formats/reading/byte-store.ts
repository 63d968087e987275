/** The bytes of a file, read piece by piece, that are still needed. */
export interface ByteStore {
  append(piece: Uint8Array): void;
  /** Everything that is held. Views of it stay as they are: nothing is written over. */
  readonly held: Buffer;
  /** Forgets the first bytes. @throws RangeError for fewer than none: memory before them is not this file's */
  drop(count: number): void;
}

/** Memory doubles where a record needs more, so that a long one is not copied for each piece. */
export function createByteStore(): ByteStore {
  let memory: Buffer = Buffer.alloc(0);
  let isOwn = false;
  let from = 0;
  let to = 0;
  return {
    get held() {
      return memory.subarray(from, to);
    },
    append(piece) {
      const length = to - from;
      if (length === 0) {
        // Most records lie within one piece, whose bytes are not copied.
        memory = Buffer.from(piece.buffer, piece.byteOffset, piece.length);
        isOwn = false;
        [from, to] = [0, piece.length];
        return;
      }
      if (!isOwn || to + piece.length > memory.length) {
        const larger = Buffer.allocUnsafe(2 * (length + piece.length));
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
  };
}
