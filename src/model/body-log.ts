import { enlarged } from './chunk-times.ts';
import type { RawAnswer } from './completion.ts';

/** The part of an answer that its body's reads make. */
export type LoggedBody = Pick<
  RawAnswer,
  'body' | 'truncated' | 'bodyBytes' | 'firstByteUs' | 'readUs' | 'readBytes'
>;

/** Bytes that can be copied out: what the log needs of a Buffer. */
interface Copyable {
  copy(target: Uint8Array, at: number, from: number, to: number): number;
}

/** A log with more than this should be taken: to copy it out takes some tens of microseconds. */
const PART = { bytes: 256 * 1024, reads: 8_192 } as const;

/** What a body's array begins with, bytes: most requests fit. */
const FIRST_BYTES = 2_048;

/** An array that is larger is given back once its body was taken, bytes: a thousand of 64 KiB would be kept for the next answers. */
const KEPT_BYTES = 16 * 1024;

/** Reads that the stamps' arrays begin with. */
const FIRST_READS = 16;

/** Reads of one body whose stamps are kept at the most; twelve bytes each. */
const MAX_READS = 1_000_000;

/**
 * Keeps the pieces of one body with a stamp each; nothing is parsed. Pieces are copied into one array as they come: to
 * keep thousands of small buffers alive until the end costs the collector more than their bytes cost to copy.
 *
 * A class, so that all that a read touches lies in one object: hundreds of logs are written in turns, and each time the CPU
 * has to fetch it anew (docs/performance.md).
 */
export class BodyLog {
  private readonly maxBytes: number;
  private readonly maxReads: number;
  private held: Uint8Array<ArrayBuffer> = new Uint8Array(FIRST_BYTES);
  private readUs = new Float64Array(FIRST_READS);
  private readBytes = new Uint32Array(FIRST_READS);
  private heldReads = 0;
  private heldBytes = 0;
  private keptBytes = 0;
  private bodyBytes = 0;
  private reads = 0;
  private lastMark = -1;
  private firstByteUs: number | null = null;

  /**
   * @param maxBytes beyond this pieces are counted and stamped, but not kept
   * @param maxReads beyond this reads are counted to the last one and nothing more is kept
   */
  constructor(maxBytes: number, maxReads = MAX_READS) {
    this.maxBytes = maxBytes;
    this.maxReads = maxReads;
  }

  /** True when enough is held that it should be taken. */
  isFull(): boolean {
    return this.heldBytes >= PART.bytes || this.heldReads >= PART.reads;
  }

  /**
   * Adds the bytes from `from` to `to` (exclusive) of `source`, which may be used again afterwards.
   * @param atUs microseconds since the capture's or run's start
   * @param mark total bytes read from the socket so far: equal marks mean that one read held both pieces, and they
   *   get one stamp
   */
  add(source: Copyable, from: number, to: number, atUs: number, mark: number): void {
    const length = to - from;
    const last = this.heldReads - 1;
    const tooMany = this.reads >= this.maxReads;
    if (last >= 0 && (mark === this.lastMark || tooMany))
      this.readBytes[last] = (this.readBytes[last] ?? 0) + length;
    else {
      if (this.heldReads === this.readUs.length) this.growReads();
      this.readUs[this.heldReads] = atUs;
      this.readBytes[this.heldReads] = length;
      this.heldReads += 1;
      this.reads += 1;
      this.firstByteUs ??= atUs;
      this.lastMark = mark;
    }
    // Never a hole: once a piece was left out, all that follow are too.
    if (!tooMany && this.keptBytes === this.bodyBytes && this.keptBytes + length <= this.maxBytes) {
      // Twice the size, or more: what is copied again over all growths stays below what came.
      if (this.heldBytes + length > this.held.length)
        this.held = enlarged(this.held, Math.max(this.heldBytes + length, 2 * this.held.length));
      source.copy(this.held, this.heldBytes, from, to);
      this.keptBytes += length;
      this.heldBytes += length;
    }
    this.bodyBytes += length;
  }

  /**
   * What came since the start or since the last call, with the sums of the whole; the log goes on behind it. Fresh arrays
   * of their own memory, for the tape's thread to take over.
   */
  take(): LoggedBody {
    const taken = {
      body: this.takeBody(),
      truncated: this.keptBytes < this.bodyBytes,
      bodyBytes: this.bodyBytes,
      firstByteUs: this.firstByteUs,
      readUs: this.readUs.slice(0, this.heldReads),
      readBytes: this.readBytes.slice(0, this.heldReads),
    };
    this.forget();
    return taken;
  }

  /** Begins another body; what was not taken is forgotten. The memory of a short one is used again. */
  restart(): void {
    this.forget();
    this.keptBytes = 0;
    this.bodyBytes = 0;
    this.reads = 0;
    this.firstByteUs = null;
  }

  private forget(): void {
    this.heldReads = 0;
    this.heldBytes = 0;
    this.lastMark = -1;
  }

  private takeBody(): Uint8Array {
    if (this.held.length <= KEPT_BYTES) return this.held.slice(0, this.heldBytes);
    // Unlike a slice it frees the array at once: the collector sees small objects here and lets them wait.
    const body = new Uint8Array(this.held.buffer.transfer(this.heldBytes));
    this.held = new Uint8Array(FIRST_BYTES);
    return body;
  }

  /** Makes room for another read's stamp. */
  private growReads(): void {
    this.readUs = enlarged(this.readUs, 2 * this.readUs.length);
    this.readBytes = enlarged(this.readBytes, 2 * this.readBytes.length);
  }
}

/** The whole body again from its parts in order; the last one's sums are those of all. */
export function joinParts(parts: readonly LoggedBody[], rest: LoggedBody): LoggedBody {
  if (parts.length === 0) return rest;
  const all = [...parts, rest];
  const bodies = all.flatMap(({ body }) => body ?? []);
  const reads = all.reduce((sum, { readUs }) => sum + readUs.length, 0);
  const readUs = new Float64Array(reads);
  const readBytes = new Uint32Array(reads);
  let at = 0;
  for (const part of all) {
    readUs.set(part.readUs, at);
    readBytes.set(part.readBytes, at);
    at += part.readUs.length;
  }
  const length = bodies.reduce((sum, body) => sum + body.length, 0);
  return { ...rest, body: joined(bodies, length), readUs, readBytes };
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
