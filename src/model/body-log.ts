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

/** What a body's array has at least that is more than its first piece, bytes. */
const LEAST_BYTES = 2_048;

/** An array that is larger is given back once its body was taken, bytes: a thousand of 64 KiB would be kept for the next answers. */
const KEPT_BYTES = 16 * 1024;

/** Reads that the stamps' arrays have room for from the second on. */
const FIRST_READS = 16;

/** Reads of one body whose stamps are kept at the most; twelve bytes each. */
const MAX_READS = 1_000_000;

const NO_BYTES = new Uint8Array(0);
const NO_STAMPS = new Float64Array(0);
const NO_SIZES = new Uint32Array(0);

/**
 * Keeps the beginning of one body. Pieces are copied into one array as they come: to keep thousands of small buffers alive
 * until the end costs the collector more than their bytes cost to copy. Memory is made when the first piece comes.
 */
export class BodyBytes {
  private readonly maxBytes: number;
  protected held: Uint8Array<ArrayBuffer> = NO_BYTES;
  protected heldBytes = 0;
  private keptBytes = 0;
  private bodyBytes = 0;

  /** @param maxBytes beyond this pieces are counted, but not kept */
  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  /** Adds the bytes from `from` to `to` (exclusive) of `source`, which may be used again afterwards. */
  keep(source: Copyable, from: number, to: number): void {
    const length = to - from;
    // Never a hole: once a piece was left out, all that follow are too.
    if (this.keptBytes === this.bodyBytes && this.keptBytes + length <= this.maxBytes) {
      if (this.heldBytes + length > this.held.length) this.grow(this.heldBytes + length);
      source.copy(this.held, this.heldBytes, from, to);
      this.keptBytes += length;
      this.heldBytes += length;
    }
    this.bodyBytes += length;
  }

  /** What was not taken before, with the sums of the whole: a view of the memory, which is the caller's from now on. */
  rest(): Pick<LoggedBody, 'body' | 'truncated' | 'bodyBytes'> {
    return this.withSums(this.held.subarray(0, this.heldBytes));
  }

  protected withSums(body: Uint8Array): Pick<LoggedBody, 'body' | 'truncated' | 'bodyBytes'> {
    return { body, truncated: this.keptBytes < this.bodyBytes, bodyBytes: this.bodyBytes };
  }

  /** Counts bytes that are not kept, nor any behind them. */
  protected skip(bytes: number): void {
    this.bodyBytes += bytes;
  }

  /** Begins another body; what was not taken is forgotten. The memory of a short one is used again. */
  restart(): void {
    this.heldBytes = 0;
    this.keptBytes = 0;
    this.bodyBytes = 0;
  }

  /** The first piece gets what it needs. Later what is copied again over all growths stays below what came. */
  private grow(wanted: number): void {
    const { held } = this;
    this.held =
      held.length === 0
        ? new Uint8Array(wanted)
        : enlarged(held, Math.max(wanted, 2 * held.length, LEAST_BYTES));
  }

  protected takeHeld(): Uint8Array {
    const { held, heldBytes } = this;
    this.heldBytes = 0;
    const isFull = heldBytes > 0 && heldBytes === held.length;
    if (!isFull && held.length <= KEPT_BYTES) return held.slice(0, heldBytes);
    this.held = NO_BYTES;
    // Unlike a slice it frees the array at once: the collector sees small objects here and lets them wait.
    return isFull ? held : new Uint8Array(held.buffer.transfer(heldBytes));
  }
}

/**
 * Keeps the pieces of one body with a stamp each; nothing is parsed.
 *
 * A class, so that all that a read touches lies in one object: hundreds of logs are written in turns, and each time the CPU
 * has to fetch it anew (docs/performance.md).
 */
export class BodyLog extends BodyBytes {
  private readonly maxReads: number;
  private readUs = NO_STAMPS;
  private readBytes = NO_SIZES;
  private heldReads = 0;
  private reads = 0;
  private lastMark = -1;
  private firstByteUs: number | null = null;

  /**
   * @param maxBytes beyond this pieces are counted and stamped, but not kept
   * @param maxReads beyond this reads are counted to the last one and nothing more is kept
   */
  constructor(maxBytes: number, maxReads = MAX_READS) {
    super(maxBytes);
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
    const last = this.heldReads - 1;
    const tooMany = this.reads >= this.maxReads;
    if (last >= 0 && (mark === this.lastMark || tooMany))
      this.readBytes[last] = (this.readBytes[last] ?? 0) + to - from;
    else {
      if (this.heldReads === this.readUs.length) this.growReads();
      this.readUs[this.heldReads] = atUs;
      this.readBytes[this.heldReads] = to - from;
      this.heldReads += 1;
      this.reads += 1;
      this.firstByteUs ??= atUs;
      this.lastMark = mark;
    }
    if (tooMany) this.skip(to - from);
    else this.keep(source, from, to);
  }

  /**
   * What came since the start or since the last call, with the sums of the whole; the log goes on behind it. Fresh arrays
   * with memory of their own.
   */
  take(): LoggedBody {
    const { readUs, readBytes, heldReads, firstByteUs } = this;
    const taken = {
      ...this.withSums(this.takeHeld()),
      firstByteUs,
      readUs: readUs.slice(0, heldReads),
      readBytes: readBytes.slice(0, heldReads),
    };
    this.heldReads = 0;
    this.lastMark = -1;
    return taken;
  }

  override rest(): LoggedBody {
    const { readUs, readBytes, heldReads, firstByteUs } = this;
    return {
      ...super.rest(),
      firstByteUs,
      readUs: readUs.subarray(0, heldReads),
      readBytes: readBytes.subarray(0, heldReads),
    };
  }

  override restart(): void {
    super.restart();
    this.heldReads = 0;
    this.lastMark = -1;
    this.reads = 0;
    this.firstByteUs = null;
  }

  /** Makes room for another read's stamp: a short answer comes in one read, a stream in dozens. */
  private growReads(): void {
    const reads = this.readUs.length;
    if (reads === 0) {
      this.readUs = new Float64Array(1);
      this.readBytes = new Uint32Array(1);
      return;
    }
    this.readUs = enlarged(this.readUs, Math.max(FIRST_READS, 2 * reads));
    this.readBytes = enlarged(this.readBytes, Math.max(FIRST_READS, 2 * reads));
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
