import type { Database } from 'better-sqlite3';
import { type Capture, MOST_STATE_BYTES, type ServerState } from '../model/capture.ts';
import { type ChunkTimes, NO_CHUNKS } from '../model/chunk-times.ts';
import type { Exchange } from '../model/exchange.ts';
import type { PlainResult, WrkResult } from '../model/result.ts';
import type { Run } from '../model/run.ts';
import { type TapeBrowser, tapeBrowser } from './browse.ts';
import { bodyReader } from './capture-writer.ts';
import {
  EXCHANGE_COLUMNS,
  PLAIN_RESULT_COLUMNS,
  RESULT_COLUMNS,
  shown,
  WRK_RESULT_COLUMNS,
} from './columns.ts';
import { DamagedValueError } from './damaged-value-error.ts';
import { isJournalBroken } from './journal.ts';
import { databaseError, readDatabase } from './open-database.ts';
import { bareResultReader, type ResultWithChunks, readChunkTimes, resultReader } from './results.ts';
import { captureOfRow, type Row, runOfRow, stateOfRow } from './rows.ts';
import type { StateOwner } from './tape-writer.ts';

/** Reads a tape; it never writes, and may look while a recorder or a replay writes. */
export interface TapeReader extends TapeBrowser {
  captures(): readonly Capture[];
  /** In order of capture and arrival, one at a time. */
  exchanges(): IterableIterator<Exchange>;
  exchangeCount(): number;
  /** The path that most exchanges took, of several the one that came first; null of a tape without any. */
  mostUsedPath(): string | null;
  /** What those of these exchanges that ended `ok` took from their arrival, ms. */
  answeredTimes(ids: Iterable<number>): ReadonlyMap<number, { readonly e2elMs: number }>;
  body(id: number): Uint8Array | null;
  exchangeChunkTimes(exchange: Exchange): ChunkTimes;
  /** Tokens a second of one recorded stream, on average; null when none was recorded whole. */
  streamTokensPerSec(): number | null;
  runs(): readonly Run[];
  /** How many requests of a run are on the tape. */
  resultCount(runId: number): number;
  /** Positions of the plan that a run's `ok` requests had, in order, without the cost of reading their chunks. */
  okPositions(runId: number): IterableIterator<number>;
  /** In order of the plan, one at a time: a run may hold a million. */
  results(runId: number): IterableIterator<ResultWithChunks>;
  /** The same with what figures are computed from; each is there until the next. */
  plainResults(runId: number): IterableIterator<ResultWithChunks<PlainResult>>;
  /** The same with what wrk's figures are computed from, without reads: half the time. */
  wrkResults(runId: number): IterableIterator<WrkResult>;
  serverStates(owner: StateOwner): readonly ServerState[];
  close(): void;
}

/**
 * Opens a tape for reading.
 * @throws UserError when the file is missing, unreadable, damaged, no tape, or of a version this program does not read
 */
export function openTape(path: string): TapeReader {
  const db = readDatabase(path);
  return guarded(readerOf(db), (error) => databaseError(error, path));
}

/**
 * Opens a tape for as long as it is read, which may take until a promise is settled.
 * @throws UserError as `openTape`
 */
export function withTape<T>(path: string, read: (tape: TapeReader) => T): T {
  const tape = openTape(path);
  let isReading = false;
  try {
    const found = read(tape);
    isReading = found instanceof Promise;
    return found instanceof Promise ? (found.finally(tape.close) as T) : found;
  } finally {
    if (!isReading) tape.close();
  }
}

/**
 * The same reader with every error, of a call or of a step of what it gives, turned into one that names the file: what is
 * damaged shows only when it is read.
 */
function guarded(reader: TapeReader, asUserError: (error: unknown) => unknown): TapeReader {
  const attempt = <T>(read: () => T): T => {
    try {
      return read();
    } catch (error) {
      throw asUserError(error);
    }
  };
  // Not a generator around the reader's: of a million results it would be a tenth of the time.
  function steps<T>(rows: IterableIterator<T>): IterableIterator<T> {
    const guardedRows: IterableIterator<T> = {
      next() {
        try {
          return rows.next();
        } catch (error) {
          throw asUserError(error);
        }
      },
      return: (value?: unknown) => rows.return?.(value) ?? { done: true, value },
      [Symbol.iterator]: () => guardedRows,
    };
    return guardedRows;
  }
  const isSteps = (value: unknown): value is IterableIterator<unknown> =>
    typeof (value as IterableIterator<unknown> | null)?.next === 'function';
  const methods = Object.entries<(...args: never[]) => unknown>({ ...reader }).map(([name, method]) => [
    name,
    (...args: never[]) => {
      const value = attempt(() => method(...args));
      return isSteps(value) ? steps(value) : value;
    },
  ]);
  return Object.fromEntries(methods) as TapeReader;
}

function readerOf(db: Database): TapeReader {
  const body = bodyReader(db);
  const all = (sql: string, ...values: readonly unknown[]): Row[] => db.prepare(sql).all(...values) as Row[];
  return {
    captures() {
      const captures = all('SELECT * FROM captures ORDER BY id').map(captureOfRow);
      const last = captures.at(-1);
      return last?.cleanClose === true && isJournalBroken(db.name)
        ? [...captures.slice(0, -1), { ...last, cleanClose: false }]
        : captures;
    },
    *exchanges() {
      const batch = db.prepare(EXCHANGES_SQL).raw();
      let last: readonly unknown[] = [Number.MIN_SAFE_INTEGER, 0, 0];
      for (;;) {
        const rows = batch.all(last) as unknown[][];
        for (const row of rows) {
          const exchange = EXCHANGE_COLUMNS.readWithId(row);
          yield exchange;
          last = [exchange.captureId, exchange.arrivedUs, row.at(-1)];
        }
        if (rows.length < BATCH) return;
      }
    },
    exchangeCount: () => all('SELECT count(*) AS n FROM exchanges')[0]?.n as number,
    mostUsedPath() {
      const path = db.prepare(MOST_USED_SQL).pluck().get() ?? null;
      if (path !== null && typeof path !== 'string')
        throw new DamagedValueError(`path of a row is ${shown(path)}`);
      return path;
    },
    answeredTimes(ids) {
      const time = db.prepare(ANSWERED_SQL).pluck();
      const found = new Map<number, { readonly e2elMs: number }>();
      for (const id of ids) {
        const us = time.get(id) as number | undefined;
        if (us !== undefined) found.set(id, { e2elMs: us / 1e3 });
      }
      return found;
    },
    body,
    exchangeChunkTimes(exchange) {
      const [row] = all('SELECT packed FROM chunk_times WHERE exchange_id = ?', exchange.id);
      return row === undefined ? NO_CHUNKS : readChunkTimes(row.packed, exchange.arrivedUs);
    },
    streamTokensPerSec: () => all(STREAM_SPEED_SQL)[0]?.speed as number | null,
    runs: () => all('SELECT * FROM runs ORDER BY id').map(runOfRow),
    resultCount: (runId) => all('SELECT count(*) AS n FROM results WHERE run_id = ?', runId)[0]?.n as number,
    *okPositions(runId) {
      const batch = db.prepare(OK_SQL).pluck();
      let last = -1;
      for (;;) {
        const rows = batch.all(runId, last) as unknown[];
        for (const seq of rows) {
          if (!Number.isSafeInteger(seq)) throw new DamagedValueError(`seq of a row is ${shown(seq)}`);
          last = seq as number;
          yield last;
        }
        if (rows.length < BATCH) return;
      }
    },
    results: resultReader(db, RESULT_COLUMNS, { reuses: false }),
    plainResults: resultReader(db, PLAIN_RESULT_COLUMNS, { reuses: true }),
    wrkResults: bareResultReader(db, WRK_RESULT_COLUMNS),
    serverStates(owner) {
      const [column, id] = 'captureId' in owner ? ['capture_id', owner.captureId] : ['run_id', owner.runId];
      const rows = all(`SELECT * FROM server_states WHERE ${column} = ? ORDER BY id`, id);
      return rows.map(stateOfRow).flatMap(({ bodyId, ...state }) => {
        const bytes = Buffer.from(body(bodyId) ?? []);
        return bytes.length > MOST_STATE_BYTES ? [] : [{ ...state, body: bytes.toString('utf8') }];
      });
    },
    ...tapeBrowser(db),
    close: () => db.close(),
  };
}

/** Rows that are read at a time: while a reader holds a transaction, a recorder's log grows. */
const BATCH = 1000;

const EXCHANGES_SQL = `
SELECT id, ${EXCHANGE_COLUMNS.selected.join(', ')}, number FROM exchanges
WHERE (capture_id, arrived_us, number) > (?, ?, ?) ORDER BY capture_id, arrived_us, number LIMIT ${BATCH}`;

const MOST_USED_SQL = 'SELECT path FROM exchanges GROUP BY path ORDER BY count(*) DESC, min(id) LIMIT 1';

const ANSWERED_SQL =
  "SELECT finished_us - arrived_us FROM exchanges WHERE id = ? AND outcome = 'ok' AND finished_us IS NOT NULL";

const OK_SQL = `SELECT seq FROM results WHERE run_id = ? AND outcome = 'ok' AND seq > ? ORDER BY seq LIMIT ${BATCH}`;

const STREAM_SPEED_SQL = `
SELECT avg((completion_tokens - 1) * 1e6 / (last_token_us - first_token_us)) AS speed
FROM exchanges WHERE streamed = 1 AND outcome = 'ok' AND last_token_us > first_token_us AND completion_tokens > 1`;
