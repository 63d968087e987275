import type { ErrorCode, TransportEnd } from '../../model/outcome.ts';
import type { RawResult } from '../../model/result.ts';

/**
 * Results on their way to another thread: one table of numbers, one piece of memory, and each text once. To hand objects
 * over costs 14 µs a result, three pieces of memory that are moved most of it; this costs 2.
 */
export interface ResultPack {
  readonly results: number;
  /** Of all of them. */
  readonly reads: number;
  /** A row of `COLUMNS` numbers for each result; NaN is null. */
  readonly numbers: Float64Array<ArrayBuffer>;
  /** Paths, kinds of end and errors. */
  readonly texts: readonly string[];
  /** Headers; the responses on a connection mostly have the same list. */
  readonly headers: readonly (readonly string[])[];
  /** All instants of reads (doubles), then all their sizes (four bytes each), then all bodies. */
  readonly memory: ArrayBuffer;
}

/** The columns of the table by name: writer and reader use these places, so that their order means nothing. */
const AT = {
  seq: 0,
  exchangeId: 1,
  thread: 2,
  connection: 3,
  scheduledUs: 4,
  sentUs: 5,
  /** A number of `texts`. */
  path: 6,
  wireBytes: 7,
  plannedAbort: 8,
  askedTokens: 21,
  status: 9,
  /** A number of `headers`. */
  headers: 10,
  headersUs: 11,
  firstByteUs: 12,
  finishedUs: 13,
  /** A number of `texts`. */
  transport: 14,
  /** A number of `texts`. */
  errorCode: 15,
  /** A number of `texts`. */
  errorDetail: 16,
  truncated: 17,
  bodyBytes: 18,
  /** Bytes of the body that were kept. */
  kept: 19,
  reads: 20,
} as const;

const COLUMNS = Object.keys(AT).length;

/** What a pack gives away when it is handed over. */
export function memoryOfPack({ numbers, memory }: ResultPack): ArrayBuffer[] {
  return [numbers.buffer, memory];
}

/** Copies results into one pack. */
export function packResults(results: readonly RawResult[]): ResultPack {
  const numbers = new Float64Array(results.length * COLUMNS);
  const texts = createNumbering<string>();
  const headers = createNumbering<readonly string[]>();
  const reads = results.reduce((sum, { answer }) => sum + answer.readUs.length, 0);
  const bytes = results.reduce((sum, { answer }) => sum + (answer.body?.length ?? 0), 0);
  const memory = new ArrayBuffer(12 * reads + bytes);
  const { readUs, readBytes, bodies } = sections(memory, reads);
  let row = 0;
  let read = 0;
  let byte = 0;
  for (const result of results) {
    const { answer } = result;
    numbers[row + AT.seq] = result.seq;
    numbers[row + AT.exchangeId] = result.exchangeId;
    numbers[row + AT.thread] = result.thread;
    numbers[row + AT.connection] = result.connection;
    numbers[row + AT.scheduledUs] = result.scheduledUs;
    numbers[row + AT.sentUs] = result.sentUs ?? Number.NaN;
    numbers[row + AT.path] = texts.of(result.path);
    numbers[row + AT.wireBytes] = result.wireBytes;
    numbers[row + AT.plannedAbort] = Number(result.plannedAbort);
    numbers[row + AT.askedTokens] = result.askedTokens ?? Number.NaN;
    numbers[row + AT.status] = answer.status ?? Number.NaN;
    numbers[row + AT.headers] = headers.of(answer.headers);
    numbers[row + AT.headersUs] = answer.headersUs ?? Number.NaN;
    numbers[row + AT.firstByteUs] = answer.firstByteUs ?? Number.NaN;
    numbers[row + AT.finishedUs] = answer.finishedUs;
    numbers[row + AT.transport] = texts.of(answer.transport);
    const { code = null, detail = null } = answer.error ?? {};
    numbers[row + AT.errorCode] = code === null ? Number.NaN : texts.of(code);
    numbers[row + AT.errorDetail] = detail === null ? Number.NaN : texts.of(detail);
    numbers[row + AT.truncated] = Number(answer.truncated);
    numbers[row + AT.bodyBytes] = answer.bodyBytes;
    numbers[row + AT.kept] = answer.body?.length ?? Number.NaN;
    numbers[row + AT.reads] = answer.readUs.length;
    readUs.set(answer.readUs, read);
    readBytes.set(answer.readBytes, read);
    if (answer.body !== null) bodies.set(answer.body, byte);
    row += COLUMNS;
    read += answer.readUs.length;
    byte += answer.body?.length ?? 0;
  }
  return { results: results.length, reads, numbers, texts: texts.all, headers: headers.all, memory };
}

/** The results of a pack, in order; their bodies and reads are views on its memory. */
export function unpackResults({ results, reads, numbers, texts, headers, memory }: ResultPack): RawResult[] {
  const { readUs, readBytes, bodies } = sections(memory, reads);
  let read = 0;
  let byte = 0;
  return Array.from({ length: results }, (_, i) => {
    const row = i * COLUMNS;
    const number = (at: number): number => numbers[row + at] ?? Number.NaN;
    const orNull = (at: number): number | null => {
      const value = number(at);
      return Number.isNaN(value) ? null : value;
    };
    const code = texts[number(AT.errorCode)] as ErrorCode | undefined;
    const kept = orNull(AT.kept);
    const [firstRead, firstByte] = [read, byte];
    read += number(AT.reads);
    byte += kept ?? 0;
    return {
      seq: number(AT.seq),
      exchangeId: number(AT.exchangeId),
      thread: number(AT.thread),
      connection: number(AT.connection),
      scheduledUs: number(AT.scheduledUs),
      sentUs: orNull(AT.sentUs),
      path: texts[number(AT.path)] ?? '',
      wireBytes: number(AT.wireBytes),
      plannedAbort: number(AT.plannedAbort) === 1,
      askedTokens: orNull(AT.askedTokens),
      answer: {
        status: orNull(AT.status),
        headers: headers[number(AT.headers)] ?? [],
        headersUs: orNull(AT.headersUs),
        firstByteUs: orNull(AT.firstByteUs),
        finishedUs: number(AT.finishedUs),
        transport: (texts[number(AT.transport)] ?? '') as TransportEnd,
        error: code === undefined ? null : { code, detail: texts[number(AT.errorDetail)] ?? null },
        truncated: number(AT.truncated) === 1,
        bodyBytes: number(AT.bodyBytes),
        body: kept === null ? null : bodies.subarray(firstByte, byte),
        readUs: readUs.subarray(firstRead, read),
        readBytes: readBytes.subarray(firstRead, read),
      },
    };
  });
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
