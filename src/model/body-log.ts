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

/**
 * Keeps the pieces of one body with a stamp each; nothing is parsed. Pieces are copied into one array as they come: to
 * keep thousands of small buffers alive until the end costs the collector more than their bytes cost to copy.
 */
export interface BodyLog {
  /**
   * Adds the bytes from `from` to `to` (exclusive) of `source`, which may be used again afterwards.
   * @param atUs microseconds since the capture's or run's start
   * @param mark total bytes read from the socket so far: equal marks mean that one read held both pieces, and they
   *   get one stamp
   */
  add(source: Copyable, from: number, to: number, atUs: number, mark: number): void;
  /** True when enough is held that it should be taken. */
  isFull(): boolean;
  /**
   * What came since the start or since the last call, with the sums of the whole; the log goes on behind it. Fresh arrays
   * of their own memory, for the tape's thread to take over.
   */
  take(): LoggedBody;
  /** Begins another body; what was not taken is forgotten. The memory of a short one is used again. */
  restart(): void;
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
 * @param maxBytes beyond this pieces are counted and stamped, but not kept
 * @param maxReads beyond this reads are counted to the last one and nothing more is kept
 */
export function createBodyLog(maxBytes: number, maxReads = MAX_READS): BodyLog {
  let held: Uint8Array<ArrayBuffer> = new Uint8Array(FIRST_BYTES);
  let readUs = new Float64Array(FIRST_READS);
  let readBytes = new Uint32Array(FIRST_READS);
  let heldReads = 0;
  let heldBytes = 0;
  let keptBytes = 0;
  let bodyBytes = 0;
  let reads = 0;
  let firstByteUs: number | null = null;
  let lastMark = -1;

  function forget(): void {
    heldReads = 0;
    heldBytes = 0;
    lastMark = -1;
  }

  function takeBody(): Uint8Array {
    if (held.length <= KEPT_BYTES) return held.slice(0, heldBytes);
    // Unlike a slice it frees the array at once: the collector sees small objects here and lets them wait.
    const body = new Uint8Array(held.buffer.transfer(heldBytes));
    held = new Uint8Array(FIRST_BYTES);
    return body;
  }

  /** Makes room for another read's stamp. */
  function growReads(): void {
    const [us, bytes] = [readUs, readBytes];
    readUs = new Float64Array(2 * us.length);
    readUs.set(us);
    readBytes = new Uint32Array(2 * bytes.length);
    readBytes.set(bytes);
  }

  return {
    isFull: () => heldBytes >= PART.bytes || heldReads >= PART.reads,
    add(source, from, to, atUs, mark) {
      const length = to - from;
      const last = heldReads - 1;
      const tooMany = reads >= maxReads;
      if (last >= 0 && (mark === lastMark || tooMany)) readBytes[last] = (readBytes[last] ?? 0) + length;
      else {
        if (heldReads === readUs.length) growReads();
        readUs[heldReads] = atUs;
        readBytes[heldReads] = length;
        heldReads += 1;
        reads += 1;
        firstByteUs ??= atUs;
        lastMark = mark;
      }
      // Never a hole: once a piece was left out, all that follow are too.
      if (!tooMany && keptBytes === bodyBytes && keptBytes + length <= maxBytes) {
        if (heldBytes + length > held.length) held = grown(held, heldBytes + length);
        source.copy(held, heldBytes, from, to);
        keptBytes += length;
        heldBytes += length;
      }
      bodyBytes += length;
    },
    take() {
      const taken = {
        body: takeBody(),
        truncated: keptBytes < bodyBytes,
        bodyBytes,
        firstByteUs,
        readUs: readUs.slice(0, heldReads),
        readBytes: readBytes.slice(0, heldReads),
      };
      forget();
      return taken;
    },
    restart() {
      forget();
      keptBytes = 0;
      bodyBytes = 0;
      reads = 0;
      firstByteUs = null;
    },
  };
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

/** Twice the size, or more: what is copied again over all growths stays below what came. The smaller array is freed at once. */
function grown(held: Uint8Array<ArrayBuffer>, wanted: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(held.buffer.transfer(Math.max(wanted, 2 * held.length)));
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
