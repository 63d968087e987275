import type { Database, Statement } from 'better-sqlite3';
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
 * column, a step of a cursor and a buffer for each of them cost twice as much as all the rest of the reading. A bound value that a range
 * begins with is part of an expression: SQLite would plan the query anew for each batch.
 */
const BATCH = 200;

/** Positions of the plan that may be missing before the first result, and a thousand before each other: figures are kept by position. */
const MOST_GAP = 100_000;

const bareSql = (selected: readonly string[]): string => `
SELECT id, ${selected.join(', ')} FROM results
WHERE run_id = ? AND (seq, id) > (? + 0, ? + 0) ORDER BY seq, id LIMIT ${BATCH}`;

const withReadsSql = (selected: readonly string[]): string => `
SELECT id, ${selected.join(', ')}, hex(packed)
FROM results LEFT JOIN result_chunk_times ON result_id = id
WHERE run_id = ? AND (seq, id) > (? + 0, ? + 0) ORDER BY seq, id LIMIT ${BATCH}`;

/** Rows of a run in order of the plan. */
type RowReader<R> = (runId: number) => IterableIterator<R>;

/**
 * Reads these columns of runs' results, and the reads of their answers.
 * @param reuses a row lies in the memory of those before: it is there until the next
 */
export function resultReader<R extends PlainResult>(
  db: Database,
  { selected, readWithId }: Columns<Omit<R, 'id'>>,
  { reuses }: { readonly reuses: boolean },
): RowReader<ResultWithChunks<R>> {
  const batch = db.prepare(withReadsSql(selected)).raw();
  const unhex = hexDecoder();
  return (runId) => {
    const memory = reuses ? chunkMemory() : undefined;
    let result: R | undefined;
    return inOrderOfPlan(batch, runId, (row) => {
      result = readWithId(row, reuses ? result : undefined) as R;
      const hex = row.at(-1) as string | null;
      if (hex === '' || hex === null) return { result, chunks: NO_CHUNKS };
      const base = result.sentUs ?? result.scheduledUs;
      return { result, chunks: readChunkTimes(unhex(hex), base, memory, hex.length / 2) };
    });
  };
}

/** Reads these columns of runs' results alone. */
export function bareResultReader<R extends Pick<PlainResult, 'id' | 'seq'>>(
  db: Database,
  { selected, readWithId }: Columns<Omit<R, 'id'>>,
): RowReader<R> {
  const batch = db.prepare(bareSql(selected)).raw();
  return (runId) => inOrderOfPlan(batch, runId, (row) => readWithId(row) as R);
}

/** Rows that begin with the id and the position, a batch at a time. */
function* inOrderOfPlan<T>(
  batch: Statement,
  runId: number,
  read: (row: readonly unknown[]) => T,
): IterableIterator<T> {
  let last: readonly unknown[] = [-1, -1];
  let count = 0;
  for (;;) {
    const rows = batch.all(runId, last[1], last[0]) as unknown[][];
    for (const row of rows) {
      const one = read(row);
      const seq = row[1] as number;
      if (seq > MOST_GAP + 1000 * count++) throw new DamagedValueError(`seq of a row is ${seq}`);
      yield one;
      last = row;
    }
    if (rows.length < BATCH) return;
  }
}

/** @throws DamagedValueError for what is no packed chunk times; the parameters are those of `unpackChunkTimes` */
export function readChunkTimes(
  packed: unknown,
  baseUs: number,
  memory?: ChunkMemory,
  length?: number,
): ChunkTimes {
  try {
    return unpackChunkTimes(packed as Uint8Array, baseUs, memory, length);
  } catch (error) {
    throw new DamagedValueError((error as Error).message);
  }
}

/** Decodes into the same memory each time, which may be longer: what it gives holds until its next call. */
function hexDecoder(): (hex: string) => Uint8Array {
  let scratch = Buffer.alloc(4096);
  return (hex) => {
    if (hex.length > 2 * scratch.length) scratch = Buffer.alloc(hex.length);
    scratch.write(hex, 'hex');
    return scratch;
  };
}
