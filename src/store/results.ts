import type { Database } from 'better-sqlite3';
import { type ChunkTimes, NO_CHUNKS, unpackChunkTimes } from '../model/chunk-times.ts';
import type { Result } from '../model/result.ts';
import { RESULT_COLUMNS } from './columns.ts';
import { DamagedValueError } from './damaged-value-error.ts';

/** A result with the reads of its answer. */
export interface ResultWithChunks {
  readonly result: Result;
  readonly chunks: ChunkTimes;
}

/**
 * Columns by position and in batches, and packed reads as text: a report reads a million rows, and an object keyed by
 * column, a step of a cursor and a buffer for each of them cost twice as much as all the rest of the reading.
 */
const BATCH = 200;

/** Positions of the plan that may be missing before the first result, and a thousand before each other: figures are kept by position. */
const MOST_GAP = 100_000;

const BATCH_SQL = `
SELECT s.id, ${RESULT_COLUMNS.names.map((name) => `s.${name}`).join(', ')}, hex(c.packed)
FROM results s LEFT JOIN result_chunk_times c ON c.result_id = s.id
WHERE s.run_id = ? AND (s.seq, s.id) > (?, ?) ORDER BY s.seq, s.id LIMIT ${BATCH}`;

/** Reads results of runs in order of the plan, a batch at a time. */
export function resultReader(db: Database): (runId: number) => IterableIterator<ResultWithChunks> {
  const batch = db.prepare(BATCH_SQL).raw();
  const unhex = hexDecoder();
  return function* results(runId) {
    let last = { seq: -1, id: -1 };
    let read = 0;
    for (;;) {
      const rows = batch.all(runId, last.seq, last.id) as unknown[][];
      for (const row of rows) {
        const result: Result = RESULT_COLUMNS.readWithId(row);
        if (result.seq > MOST_GAP + 1000 * read++)
          throw new DamagedValueError(`seq of a row is ${result.seq}`);
        const packed = unhex(row.at(-1) as string);
        const base = result.sentUs ?? result.scheduledUs;
        yield { result, chunks: packed.length === 0 ? NO_CHUNKS : readChunkTimes(packed, base) };
        last = result;
      }
      if (rows.length < BATCH) return;
    }
  };
}

/** @throws DamagedValueError for what is no packed chunk times */
export function readChunkTimes(packed: unknown, baseUs: number): ChunkTimes {
  try {
    return unpackChunkTimes(packed as Uint8Array, baseUs);
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
