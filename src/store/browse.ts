import type { Database } from 'better-sqlite3';
import { type ChunkTimes, NO_CHUNKS } from '../model/chunk-times.ts';
import type { Exchange } from '../model/exchange.ts';
import type { Result } from '../model/result.ts';
import { EXCHANGE_COLUMNS, RESULT_COLUMNS, TIMED_COLUMNS, type TimedExchange } from './columns.ts';
import { type ResultWithChunks, readChunkTimes } from './results.ts';

/** Which rows a reader looks at, and where it begins. */
export interface RowQuery {
  /** Equal to these where they are given. */
  readonly where: Readonly<Partial<Record<'outcome' | 'model' | 'path' | 'status', string>>>;
  /** Begun (arrived, or sent) from here on and before there, microseconds since the start of the capture or run. */
  readonly fromUs?: number;
  readonly toUs?: number;
  /** Of results alone: those that ended `ok` with a value of this SQL expression above `least` and up to `most`. */
  readonly within?: { readonly sql: string; readonly least: number; readonly most: number };
  /** `longest`: by the time from the start to the end, what never ended last; `begun`: as they came. */
  readonly order: 'begun' | 'longest';
  readonly offset: number;
  readonly limit: number;
}

/** Some of the rows that pass, and how many there are in all. */
export interface RowPage<Row> {
  readonly rows: readonly Row[];
  readonly count: number;
}

/** What a page over a tape asks for, each in one short read. */
export interface TapeBrowser {
  exchangePage(query: RowQuery): RowPage<Exchange>;
  exchange(id: number): Exchange | null;
  resultPage(runIds: readonly number[], query: RowQuery): RowPage<Result>;
  /** The result at a position of the plan. */
  result(runId: number, seq: number): ResultWithChunks | null;
  /** Results that were written after a row, as they were written: what has come since the last look. */
  resultsAfter(runId: number, id: number): IterableIterator<ResultWithChunks>;
  /** The exchanges of a capture that arrived from this instant on. */
  exchangesSince(captureId: number, us: number): readonly TimedExchange[];
  /** How many exchanges a capture has. */
  exchangesOf(captureId: number): number;
}

/** Rows that are read at a time: no read is longer than some milliseconds. */
const BATCH = 1000;

const EXCHANGE = `SELECT id, ${EXCHANGE_COLUMNS.selected.join(', ')} FROM exchanges`;
const TIMED = `SELECT ${TIMED_COLUMNS.selected.join(', ')} FROM exchanges`;
const RESULT = `SELECT id, ${RESULT_COLUMNS.selected.join(', ')} FROM results`;
const RESULT_WITH_CHUNKS = `
SELECT id, ${RESULT_COLUMNS.selected.join(', ')}, packed
FROM results s LEFT JOIN result_chunk_times ON result_id = s.id`;

export function tapeBrowser(db: Database): TapeBrowser {
  const rows = (sql: string, values: readonly unknown[]): unknown[][] =>
    db.prepare(sql).raw().all(values) as unknown[][];
  const exchangeOf = (row: unknown[]): Exchange => EXCHANGE_COLUMNS.readWithId(row);
  const resultOf = (row: unknown[]): Result => RESULT_COLUMNS.readWithId(row);

  function page<Row>(
    table: { readonly select: string; readonly name: string; readonly begun: string; readonly seq: string },
    fixed: readonly (readonly [condition: string, value: unknown])[],
    { where, fromUs, toUs, within, order, offset, limit }: RowQuery,
    read: (row: unknown[]) => Row,
  ): RowPage<Row> {
    const conditions = [
      ...fixed,
      ...Object.entries(where).map(([column, value]) => [`${column} = ?`, value] as const),
      ...(fromUs === undefined ? [] : [[`${table.begun} >= ?`, fromUs] as const]),
      ...(toUs === undefined ? [] : [[`${table.begun} < ?`, toUs] as const]),
      ...(within === undefined
        ? []
        : ([
            ['outcome = ?', 'ok'],
            [`${within.sql} > ?`, within.least],
            [`${within.sql} <= ?`, within.most],
          ] as const)),
    ];
    const passing = conditions.length === 0 ? '' : ` WHERE ${conditions.map(([sql]) => sql).join(' AND ')}`;
    const values = conditions.flatMap(([, value]) => value);
    const by = order === 'begun' ? table.seq : `finished_us - ${table.begun} DESC NULLS LAST, ${table.seq}`;
    const [[count]] = rows(`SELECT count(*) FROM ${table.name}${passing}`, values) as [[number]];
    const found = rows(`${table.select}${passing} ORDER BY ${by} LIMIT ? OFFSET ?`, [
      ...values,
      limit,
      offset,
    ]);
    return { rows: found.map(read), count };
  }

  function withChunks(row: unknown[]): ResultWithChunks {
    const result = resultOf(row);
    const packed = row.at(-1);
    const chunks: ChunkTimes =
      packed === null ? NO_CHUNKS : readChunkTimes(packed, result.sentUs ?? result.scheduledUs);
    return { result, chunks };
  }

  return {
    exchangePage: (query) =>
      page(
        { select: EXCHANGE, name: 'exchanges', begun: 'arrived_us', seq: 'capture_id, arrived_us, number' },
        [],
        query,
        exchangeOf,
      ),
    exchange(id) {
      const [row] = rows(`${EXCHANGE} WHERE id = ?`, [id]);
      return row === undefined ? null : exchangeOf(row);
    },
    resultPage: (runIds, query) =>
      page(
        { select: RESULT, name: 'results', begun: 'sent_us', seq: 'run_id, seq, id' },
        [[`run_id IN (${runIds.map(() => '?').join()})`, runIds]],
        query,
        resultOf,
      ),
    result(runId, seq) {
      const [row] = rows(`${RESULT_WITH_CHUNKS} WHERE s.run_id = ? AND s.seq = ?`, [runId, seq]);
      return row === undefined ? null : withChunks(row);
    },
    *resultsAfter(runId, id) {
      let last = id;
      for (;;) {
        // The plus keeps SQLite from the index by position, through which all earlier rows would be read again.
        const batch = rows(
          `${RESULT_WITH_CHUNKS} WHERE s.id > ? AND +s.run_id = ? ORDER BY s.id LIMIT ${BATCH}`,
          [last, runId],
        );
        for (const row of batch) yield withChunks(row);
        if (batch.length < BATCH) return;
        last = batch.at(-1)?.[0] as number;
      }
    },
    exchangesSince: (captureId, us) =>
      rows(`${TIMED} WHERE capture_id = ? AND arrived_us >= ? ORDER BY arrived_us`, [captureId, us]).map(
        TIMED_COLUMNS.read,
      ),
    exchangesOf: (captureId) =>
      (rows('SELECT count(*) FROM exchanges WHERE capture_id = ?', [captureId]) as [[number]])[0][0],
  };
}
