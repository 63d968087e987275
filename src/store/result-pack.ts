import type { RawAnswer } from '../model/completion.ts';
import type { TransportEnd } from '../model/outcome.ts';
import type { RawResult } from '../model/result.ts';

/**
 * Results on their way to another thread: one list of numbers, one piece of memory and each word once. To hand objects
 * over costs 14 µs a result, three pieces of memory that are transferred most of it; this costs 2.
 */
export interface ResultPack {
  readonly results: number;
  /** Of all of them. */
  readonly reads: number;
  /** COLUMNS numbers for each result; NaN is null. */
  readonly numbers: Float64Array<ArrayBuffer>;
  /** Paths, kinds of end and errors. */
  readonly words: readonly string[];
  /** Answers' headers; a connection's answers mostly have the same list. */
  readonly heads: readonly (readonly string[])[];
  /** All instants of reads (doubles), then all their sizes (four bytes each), then all bodies. */
  readonly memory: ArrayBuffer;
}

const COLUMNS = 20;

/** What a pack gives away when it is handed over. */
export function memoryOfPack({ numbers, memory }: ResultPack): ArrayBuffer[] {
  return [numbers.buffer, memory];
}

/** Copies results into one pack. */
export function packResults(results: readonly RawResult[]): ResultPack {
  const numbers = new Float64Array(results.length * COLUMNS);
  const words = createNumbering<string>();
  const heads = createNumbering<readonly string[]>();
  const reads = results.reduce((sum, { answer }) => sum + answer.readUs.length, 0);
  const bytes = results.reduce((sum, { answer }) => sum + (answer.body?.length ?? 0), 0);
  const memory = new ArrayBuffer(12 * reads + bytes);
  const { readUs, readBytes, bodies } = sections(memory, reads);
  let at = 0;
  let read = 0;
  let byte = 0;
  for (const result of results) {
    const { answer } = result;
    const row = [
      result.seq,
      result.exchangeId,
      result.thread,
      result.connection,
      result.scheduledUs,
      result.sentUs ?? Number.NaN,
      words.of(result.path),
      result.wireBytes,
      Number(result.plannedAbort),
      answer.status ?? Number.NaN,
      heads.of(answer.headers),
      answer.headersUs ?? Number.NaN,
      answer.firstByteUs ?? Number.NaN,
      answer.finishedUs,
      words.of(answer.transport),
      answer.error === null ? Number.NaN : words.of(answer.error),
      Number(answer.truncated),
      answer.bodyBytes,
      answer.body?.length ?? Number.NaN,
      answer.readUs.length,
    ];
    numbers.set(row, at);
    readUs.set(answer.readUs, read);
    readBytes.set(answer.readBytes, read);
    if (answer.body !== null) bodies.set(answer.body, byte);
    at += COLUMNS;
    read += answer.readUs.length;
    byte += answer.body?.length ?? 0;
  }
  return { results: results.length, reads, numbers, words: words.all, heads: heads.all, memory };
}

/** The results of a pack, in order; their bodies and reads are views on its memory. */
export function unpackResults({ results, reads, numbers, words, heads, memory }: ResultPack): RawResult[] {
  const { readUs, readBytes, bodies } = sections(memory, reads);
  let at = 0;
  let read = 0;
  let byte = 0;
  const next = (): number => numbers[at++] ?? Number.NaN;
  const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value);
  // In the order of `row` above: members are made in the order in which they stand.
  return Array.from({ length: results }, () => ({
    seq: next(),
    exchangeId: next(),
    thread: next(),
    connection: next(),
    scheduledUs: next(),
    sentUs: orNull(next()),
    path: words[next()] ?? '',
    wireBytes: next(),
    plannedAbort: next() === 1,
    answer: {
      status: orNull(next()),
      headers: heads[next()] ?? [],
      headersUs: orNull(next()),
      firstByteUs: orNull(next()),
      finishedUs: next(),
      transport: (words[next()] ?? '') as TransportEnd,
      error: words[next()] ?? null,
      truncated: next() === 1,
      bodyBytes: next(),
      body: bodyOf(next()),
      ...readsOf(next()),
    },
  }));

  function bodyOf(length: number): Uint8Array | null {
    if (Number.isNaN(length)) return null;
    byte += length;
    return bodies.subarray(byte - length, byte);
  }

  function readsOf(count: number): Pick<RawAnswer, 'readUs' | 'readBytes'> {
    read += count;
    return { readUs: readUs.subarray(read - count, read), readBytes: readBytes.subarray(read - count, read) };
  }
}

function sections(memory: ArrayBuffer, reads: number) {
  return {
    readUs: new Float64Array(memory, 0, reads),
    readBytes: new Uint32Array(memory, 8 * reads, reads),
    bodies: new Uint8Array(memory, 12 * reads),
  };
}

/** Numbers things in the order of their first mention. */
function createNumbering<T>() {
  const numbers = new Map<T, number>();
  const all: T[] = [];
  return {
    all,
    of(thing: T): number {
      const known = numbers.get(thing);
      if (known !== undefined) return known;
      numbers.set(thing, all.length);
      return all.push(thing) - 1;
    },
  };
}
