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
 * Columns by position and in batches, and the packed reads of a batch as one buffer: a report reads a million rows, and an
 * object keyed by column, a step of a cursor and a buffer for each of them cost twice as much as all the rest of the reading. A
 * bound value that a range begins with is part of an expression: SQLite would plan the query anew for each batch.
 */
const BATCH = 200;

/** Positions of the plan that may be missing before the first result, and a thousand before each other: figures are kept by position. */
const MOST_GAP = 100_000;

const rowsSql = (selected: readonly string[]): string => `
SELECT id, ${selected.join(', ')} FROM results
WHERE run_id = ? AND (seq, id) > (? + 0, ? + 0) ORDER BY seq, id LIMIT ${BATCH}`;

/** The sizes of packed reads as a JSON list, and all of them one behind the other, in the order of the same rows. */
const READS_SQL = `
SELECT json_group_array(ifnull(octet_length(packed), 0)), CAST(group_concat(packed, '') AS BLOB) FROM (
  SELECT packed FROM results LEFT JOIN result_chunk_times ON result_id = id
  WHERE run_id = ? AND (seq, id) > (? + 0, ? + 0) ORDER BY seq, id LIMIT ${BATCH})`;

/** Rows of a run in order of the plan. */
type RowReader<R> = (runId: number) => IterableIterator<R>;

/** Rows that begin with the id and the position, from behind those of another row. */
type NextRows = (seq: unknown, id: unknown) => unknown[][];

/**
 * Reads these columns of runs' results, and the reads of their answers.
 * @param reuses reads lie in the memory of those before: they are there until the next
 */
export function resultReader<R extends PlainResult>(
  db: Database,
  columns: Columns<Omit<R, 'id'>>,
  { reuses }: { readonly reuses: boolean },
): RowReader<ResultWithChunks<R>> {
  const rowsOf = rowReader(db, columns);
  const packed = db.prepare(READS_SQL).raw();
  return (runId) => {
    const rowsAfter = rowsOf(runId);
    const memory = reuses ? chunkMemory() : undefined;
    let [sizes, bytes, row, at]: [readonly number[], Uint8Array, number, number] = [[], NO_BYTES, 0, 0];
    // One transaction: a row that is written between the two queries would be in one of them.
    const next = db.transaction((seq: unknown, id: unknown) => {
      const [json, all] = packed.get(runId, seq, id) as [string, Uint8Array | null];
      [sizes, bytes, row, at] = [JSON.parse(json), all ?? NO_BYTES, 0, 0];
      return rowsAfter(seq, id);
    });
    return inOrderOfPlan(next, (values) => {
      const result = columns.readWithId(values) as R;
      const size = sizes[row++] ?? 0;
      at += size;
      if (size === 0) return { result, chunks: NO_CHUNKS };
      const baseUs = result.sentUs ?? result.scheduledUs;
      return { result, chunks: readChunkTimes(bytes, baseUs, memory, at - size, at) };
    });
  };
}

const NO_BYTES = new Uint8Array(0);

/** Reads these columns of runs' results alone. */
export function bareResultReader<R extends Pick<PlainResult, 'id' | 'seq'>>(
  db: Database,
  columns: Columns<Omit<R, 'id'>>,
): RowReader<R> {
  const rowsOf = rowReader(db, columns);
  return (runId) => inOrderOfPlan(rowsOf(runId), (values) => columns.readWithId(values) as R);
}

function rowReader(
  db: Database,
  { selected }: { readonly selected: readonly string[] },
): (runId: number) => NextRows {
  const batch = db.prepare(rowsSql(selected)).raw();
  return (runId) => (seq, id) => batch.all(runId, seq, id) as unknown[][];
}

/** Rows one at a time, read a batch at a time. */
function* inOrderOfPlan<T>(next: NextRows, read: (row: readonly unknown[]) => T): IterableIterator<T> {
  let last: readonly unknown[] = [-1, -1];
  let count = 0;
  for (;;) {
    const rows = next(last[1], last[0]);
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
  from?: number,
  to?: number,
): ChunkTimes {
  try {
    return unpackChunkTimes(packed as Uint8Array, baseUs, memory, from, to);
  } catch (error) {
    throw new DamagedValueError((error as Error).message);
  }
}
