import type { Database } from 'better-sqlite3';
import {
  type ChunkMemory,
  type ChunkTimes,
  chunkMemory,
  NO_CHUNKS,
  unpackChunkTimes,
} from '../model/chunk-times.ts';
import type { PlainResult, Result } from '../model/result.ts';
import type { Columns } from './columns.ts';
import { DamagedValueError } from './damaged-value-error.ts';

/** A result with the reads of its answer. */
export interface ResultWithChunks<R extends PlainResult = Result> {
  readonly result: R;
  readonly chunks: ChunkTimes;
}

/**
 * Columns by position and in batches, and packed reads as text: a report reads a million rows, and an object keyed by
 * column, a step of a cursor and a buffer for each of them cost twice as much as all the rest of the reading.
 */
const BATCH = 200;

/** Positions of the plan that may be missing before the first result, and a thousand before each other: figures are kept by position. */
const MOST_GAP = 100_000;

const batchSql = (names: readonly string[]): string => `
SELECT s.id, ${names.map((name) => `s.${name}`).join(', ')}, hex(c.packed)
FROM results s LEFT JOIN result_chunk_times c ON c.result_id = s.id
WHERE s.run_id = ? AND (s.seq, s.id) > (?, ?) ORDER BY s.seq, s.id LIMIT ${BATCH}`;

/**
 * Reads these columns of runs' results in order of the plan, a batch at a time.
 * @param reuses the reads of a row lie in the memory of those before, so they are there until the next row
 */
export function resultReader<R extends PlainResult>(
  db: Database,
  { names, readWithId }: Columns<Omit<R, 'id'>>,
  { reuses }: { readonly reuses: boolean },
): (runId: number) => IterableIterator<ResultWithChunks<R>> {
  const batch = db.prepare(batchSql(names)).raw();
  const unhex = hexDecoder();
  return function* results(runId) {
    let last: Pick<R, 'seq' | 'id'> = { seq: -1, id: -1 };
    const memory = reuses ? chunkMemory() : undefined;
    let read = 0;
    for (;;) {
      const rows = batch.all(runId, last.seq, last.id) as unknown[][];
      for (const row of rows) {
        const result = readWithId(row) as R;
        if (result.seq > MOST_GAP + 1000 * read++)
          throw new DamagedValueError(`seq of a row is ${result.seq}`);
        const packed = unhex(row.at(-1) as string);
        const base = result.sentUs ?? result.scheduledUs;
        yield { result, chunks: packed.length === 0 ? NO_CHUNKS : readChunkTimes(packed, base, memory) };
        last = result;
      }
      if (rows.length < BATCH) return;
    }
  };
}

/** @throws DamagedValueError for what is no packed chunk times */
export function readChunkTimes(packed: unknown, baseUs: number, memory?: ChunkMemory): ChunkTimes {
  try {
    return unpackChunkTimes(packed as Uint8Array, baseUs, memory);
  } catch (error) {
    throw new DamagedValueError((error as Error).message);
  }
}

/** Decodes into the same memory each time: what it gives holds until its next call. */
function hexDecoder(): (hex: string) => Uint8Array {
  let scratch = Buffer.alloc(4096);
  return (hex) => {
    if (hex.length > 2 * scratch.length) scratch = Buffer.alloc(hex.length);
    return scratch.subarray(0, scratch.write(hex, 'hex'));
  };
}
