/** The least memory that is made, bytes. */
const LEAST = 1024;

const NONE = Buffer.alloc(0);

/**
 * Bytes of a file or a connection, read piece by piece, that are still needed. Memory doubles where more is held, so that a
 * long record is not copied for each piece.
 */
export class HeldBytes {
  private memory: Buffer = NONE;
  private isOwn = false;
  private from = 0;
  private to = 0;

  /** Everything that is held. Views of it stay as they are: nothing is written over. */
  get held(): Buffer {
    return this.memory.subarray(this.from, this.to);
  }

  get length(): number {
    return this.to - this.from;
  }

  append(piece: Uint8Array): void {
    const { length } = this;
    if (length === 0) {
      // Most records lie within one piece, whose bytes are not copied.
      this.memory = Buffer.isBuffer(piece)
        ? piece
        : Buffer.from(piece.buffer, piece.byteOffset, piece.length);
      this.isOwn = false;
      this.from = 0;
      this.to = piece.length;
      return;
    }
    if (!this.isOwn || this.to + piece.length > this.memory.length) {
      const larger = Buffer.allocUnsafe(Math.max(LEAST, 2 * (length + piece.length)));
      larger.set(this.held);
      this.memory = larger;
      this.isOwn = true;
      this.from = 0;
      this.to = length;
    }
    this.memory.set(piece, this.to);
    this.to += piece.length;
  }

  /** Forgets the first bytes. @throws RangeError for fewer than none: memory before them is not ours */
  drop(count: number): void {
    if (count < 0) throw new RangeError(`${count} bytes cannot be forgotten`);
    this.from += count;
  }

  /** Takes the first bytes out, at most as many. */
  take(most: number): Buffer {
    const taken = this.memory.subarray(this.from, Math.min(this.to, this.from + most));
    this.from += taken.length;
    return taken;
  }

  /** Forgets everything. */
  clear(): void {
    this.from = this.to;
  }
}
