/** What the events inside one read carried, as bits; a read may hold several events, an event may span several reads. */
export const CHUNK = {
  role: 1,
  reasoning: 2,
  content: 4,
  tool: 8,
  finish: 16,
  usage: 32,
  done: 64,
  error: 128,
} as const;

/** The bits that mean "a generated token arrived". */
export const TOKEN_BITS = CHUNK.reasoning | CHUNK.content | CHUNK.tool;

/** The bits that mean "a token of the answer itself arrived", which a user sees. */
export const VISIBLE_BITS = CHUNK.content | CHUNK.tool;

/**
 * The reads of one answer in order, as parallel columns: element i is the i-th read. Raw reads are kept so that every
 * tool's TTFT, ITL and TPOT can be computed again from a tape.
 */
export interface ChunkTimes {
  /** Microseconds since the start of the capture or run, not decreasing. */
  readonly atUs: readonly number[];
  /** Body bytes of the read. */
  readonly bytes: readonly number[];
  /** `CHUNK` bits of the events that were completed by this read. */
  readonly kinds: readonly number[];
  /** Generated tokens that those events carried. */
  readonly tokens: readonly number[];
  /**
   * How many of those events were pieces of the answer: with a choice in them, be it empty; other tools count these and
   * call them chunks.
   */
  readonly events: readonly number[];
}

/** No reads at all. */
export const NO_CHUNKS: ChunkTimes = { atUs: [], bytes: [], kinds: [], tokens: [], events: [] };

/** Memory that reads are unpacked into. */
export type ChunkMemory = { readonly [Column in keyof ChunkTimes]: number[] };

/** Memory for the reads of one answer after another. */
export const chunkMemory = (): ChunkMemory => ({ atUs: [], bytes: [], kinds: [], tokens: [], events: [] });

/** The first byte of packed chunk times. */
const VERSION = 2;

/**
 * Packs chunk times: a version byte, then per read five LEB128 numbers (microseconds since the read before or, for the
 * first, since `baseUs`; bytes; kinds; tokens; events). About 8 bytes a read.
 */
export function packChunkTimes(
  { atUs, bytes, kinds, tokens, events }: ChunkTimes,
  baseUs: number,
): Uint8Array {
  const out = { bytes: new Uint8Array(16 + 10 * atUs.length), length: 0 };
  writeVarint(out, VERSION);
  let last = Math.round(baseUs);
  for (let i = 0; i < atUs.length; i++) {
    const at = Math.max(last, Math.round(atUs[i] ?? last));
    writeVarint(out, at - last);
    writeVarint(out, bytes[i] ?? 0);
    writeVarint(out, kinds[i] ?? 0);
    writeVarint(out, tokens[i] ?? 0);
    writeVarint(out, events[i] ?? 0);
    last = at;
  }
  return out.bytes.slice(0, out.length);
}

/**
 * The inverse of `packChunkTimes`; instants come back rounded to whole microseconds.
 * @param memory what is given lies in it, and holds until it is used again
 * @param from where in `packed` they begin
 * @param to where they end
 * @throws RangeError when the bytes are not packed chunk times of a known version.
 */
export function unpackChunkTimes(
  packed: Uint8Array,
  baseUs: number,
  memory = chunkMemory(),
  from = 0,
  to = packed.length,
): ChunkTimes {
  if (packed[from] !== VERSION)
    throw new RangeError(`unknown version of packed chunk times: ${packed[from]}`);
  const { atUs, bytes, kinds, tokens, events } = memory;
  const reader = { packed, at: from + 1 };
  let last = Math.round(baseUs);
  let n = 0;
  for (; reader.at < to; n++) {
    last += readVarint(reader);
    atUs[n] = last;
    bytes[n] = readVarint(reader);
    kinds[n] = readVarint(reader);
    tokens[n] = readVarint(reader);
    events[n] = readVarint(reader);
  }
  if (reader.at > to) refuseCut();
  // To set a length costs as much as to read ten reads, also where it stays the same.
  if (atUs.length !== n) for (const column of [atUs, bytes, kinds, tokens, events]) column.length = n;
  return memory;
}

// Multiplication instead of shifts: a gap can exceed 2^31 microseconds (36 minutes).
function writeVarint(out: { bytes: Uint8Array<ArrayBuffer>; length: number }, value: number): void {
  if (out.length + MAX_VARINT > out.bytes.length) out.bytes = enlarged(out.bytes, 2 * out.bytes.length);
  let rest = value;
  while (rest >= 0x80) {
    out.bytes[out.length++] = (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  out.bytes[out.length++] = rest;
}

/** Bytes of the largest whole number that a double holds, 2^53. */
const MAX_VARINT = 8;

interface VarintReader {
  readonly packed: Uint8Array;
  at: number;
}

function refuseCut(): never {
  throw new RangeError('packed chunk times end in the middle of a number');
}

/** Most numbers have one byte, and nearly all others two. */
function readVarint(reader: VarintReader): number {
  const { packed, at } = reader;
  const first = packed[at] ?? LONG;
  if (first < LONG) {
    reader.at = at + 1;
    return first;
  }
  const second = packed[at + 1] ?? LONG;
  if (second >= LONG) return readLongVarint(reader);
  reader.at = at + 2;
  return first - LONG + second * LONG;
}

/** A byte from here on is followed by more of its number. */
const LONG = 0x80;

function readLongVarint(reader: VarintReader): number {
  let value = 0;
  let scale = 1;
  for (;;) {
    const byte = reader.packed[reader.at++];
    if (byte === undefined) refuseCut();
    value += (byte & 0x7f) * scale;
    if (value > Number.MAX_SAFE_INTEGER) throw new RangeError('packed chunk times have a number beyond 2^53');
    if (byte < 0x80) return value;
    scale *= 0x80;
  }
}

/** The array with more room. Its old memory is free at once: the collector, which sees small objects, would let it lie. */
export function enlarged<
  A extends
    | Uint8Array<ArrayBuffer>
    | Uint16Array<ArrayBuffer>
    | Uint32Array<ArrayBuffer>
    | Float64Array<ArrayBuffer>,
>(values: A, length: number): A {
  const Kind = values.constructor as new (memory: ArrayBuffer) => A;
  return new Kind(values.buffer.transfer(length * values.BYTES_PER_ELEMENT));
}
