import type { RawAnswer } from './completion.ts';
import type { TransportEnd } from './outcome.ts';
import type { RawResult } from './result.ts';

/**
 * Results on their way to another thread: one list of numbers, one piece of memory and each word once. To hand objects
 * over costs 14 µs a result, three pieces of memory that are transferred most of it; this costs 2.
 */
export interface ResultPack {
  readonly results: number;
  /** Of all of them. */
  readonly reads: number;
  /** `COLUMNS` numbers for each result; NaN is null. */
  readonly numbers: Float64Array<ArrayBuffer>;
  /** Paths, kinds of end and errors. */
  readonly words: readonly string[];
  /** Answers' headers; a connection's answers mostly have the same list. */
  readonly heads: readonly (readonly string[])[];
  /** All instants of reads (doubles), then all their sizes (four bytes each), then all bodies. */
  readonly memory: ArrayBuffer;
}

/** Where each number of a result lies. */
const AT = {
  seq: 0,
  exchangeId: 1,
  thread: 2,
  connection: 3,
  scheduledUs: 4,
  sentUs: 5,
  path: 6,
  wireBytes: 7,
  plannedAbort: 8,
  status: 9,
  headers: 10,
  headersUs: 11,
  firstByteUs: 12,
  finishedUs: 13,
  transport: 14,
  error: 15,
  truncated: 16,
  bodyBytes: 17,
  bodyLength: 18,
  reads: 19,
} as const;

const COLUMNS = Object.keys(AT).length;

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
    numbers[at + AT.seq] = result.seq;
    numbers[at + AT.exchangeId] = result.exchangeId;
    numbers[at + AT.thread] = result.thread;
    numbers[at + AT.connection] = result.connection;
    numbers[at + AT.scheduledUs] = result.scheduledUs;
    numbers[at + AT.sentUs] = result.sentUs ?? Number.NaN;
    numbers[at + AT.path] = words.of(result.path);
    numbers[at + AT.wireBytes] = result.wireBytes;
    numbers[at + AT.plannedAbort] = Number(result.plannedAbort);
    numbers[at + AT.status] = answer.status ?? Number.NaN;
    numbers[at + AT.headers] = heads.of(answer.headers);
    numbers[at + AT.headersUs] = answer.headersUs ?? Number.NaN;
    numbers[at + AT.firstByteUs] = answer.firstByteUs ?? Number.NaN;
    numbers[at + AT.finishedUs] = answer.finishedUs;
    numbers[at + AT.transport] = words.of(answer.transport);
    numbers[at + AT.error] = answer.error === null ? Number.NaN : words.of(answer.error);
    numbers[at + AT.truncated] = Number(answer.truncated);
    numbers[at + AT.bodyBytes] = answer.bodyBytes;
    numbers[at + AT.bodyLength] = answer.body?.length ?? Number.NaN;
    numbers[at + AT.reads] = answer.readUs.length;
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
  let read = 0;
  let byte = 0;
  return Array.from({ length: results }, (_, i) => {
    const at = i * COLUMNS;
    const number = (column: number): number => numbers[at + column] ?? Number.NaN;
    const orNull = (column: number): number | null => {
      const value = number(column);
      return Number.isNaN(value) ? null : value;
    };
    return {
      seq: number(AT.seq),
      exchangeId: number(AT.exchangeId),
      thread: number(AT.thread),
      connection: number(AT.connection),
      scheduledUs: number(AT.scheduledUs),
      sentUs: orNull(AT.sentUs),
      path: words[number(AT.path)] ?? '',
      wireBytes: number(AT.wireBytes),
      plannedAbort: number(AT.plannedAbort) === 1,
      answer: {
        status: orNull(AT.status),
        headers: heads[number(AT.headers)] ?? [],
        headersUs: orNull(AT.headersUs),
        firstByteUs: orNull(AT.firstByteUs),
        finishedUs: number(AT.finishedUs),
        transport: (words[number(AT.transport)] ?? '') as TransportEnd,
        error: words[number(AT.error)] ?? null,
        truncated: number(AT.truncated) === 1,
        bodyBytes: number(AT.bodyBytes),
        body: bodyOf(number(AT.bodyLength)),
        ...readsOf(number(AT.reads)),
      },
    };
  });

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
