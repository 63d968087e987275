import type { Database } from 'better-sqlite3';
import type { CaptureStart } from '../model/capture.ts';
import { type ChunkTimes, packChunkTimes } from '../model/chunk-times.ts';
import type { Exchange } from '../model/exchange.ts';
import type { Cell, RunEnd, RunStart } from '../model/run.ts';
import { type BodyStore, bodyStore, type Compress, renumber } from './capture-writer.ts';
import { EXCHANGE_COLUMNS, insertInto } from './columns.ts';
import { openNewTape } from './new-tape.ts';
import { appendDatabase } from './open-database.ts';
import type { ResultWithChunks } from './results.ts';
import { runWriter } from './run-writer.ts';
import { leaveOneFile } from './tape-writer.ts';

/** An exchange of another tool's file. Its instants are on the file's clock; without an arrival it has none at all. */
export interface ImportedExchange
  extends Omit<Exchange, 'id' | 'captureId' | 'arrivedUs' | 'requestBodyId' | 'responseBodyId'> {
  /** Null where the file does not say. */
  readonly arrivedUs: number | null;
  /** Null where the file does not have it. */
  readonly requestBody: Uint8Array | null;
  readonly responseBody: Uint8Array | null;
  readonly chunks: ChunkTimes;
}

/** What is known of the requests together when all are written. */
export interface ImportSpan {
  /** Requests whose arrival is known. */
  readonly timed: number;
  /** The first arrival on the file's clock, microseconds; null without any. */
  readonly firstUs: number | null;
  /** The longest time between two arrivals, microseconds. */
  readonly longestPauseUs: number;
}

/** Exchanges that are written together. */
const BATCH = 10_000;

/** Memory for pages, KiB: the index of bodies is written at random. */
const CACHE_KIB = 49_152;

/**
 * Writes one capture of imported exchanges; nothing is on the tape before `commit`.
 * Opens a tape for an import: a new one under another name beside it, or one transaction on an existing one.
 * @throws UserError when the tape exists (create), is no tape (append) or cannot be opened
 */
export function openImportWriter(path: string, mode: 'create' | 'append', compress: Compress) {
  const made = mode === 'create' ? openNewTape(path, 'import') : null;
  const isNew = made !== null;
  const db = made?.db ?? appendDatabase(path);
  db.pragma(`cache_size = -${CACHE_KIB}`);
  db.exec('BEGIN IMMEDIATE');
  const captureId = Number(db.prepare(INSERT_CAPTURE).run().lastInsertRowid);
  const rows = rowWriter(db, captureId, bodyStore(db, compress));
  let added = 0;

  const runs = runWriter(db);
  const repeats = db.prepare<[string, number, number, number | null], number>(COUNT_RUNS).pluck();

  return {
    /** In the order of the file; without an arrival it comes right after the one before. Gives its id, one above the last. */
    add(exchange: ImportedExchange): number {
      const id = rows.add(exchange);
      added += 1;
      if (isNew && added % BATCH === 0) {
        db.exec('COMMIT');
        db.exec('BEGIN IMMEDIATE');
      }
      return id;
    },
    /** The number of the next run of a label and a cell. */
    repeatOf: (label: string, { threads, connections, ratePerSec }: Cell): number =>
      1 + (repeats.get(label, threads, connections, ratePerSec ?? null) ?? 0),
    /** Adds a run that another tool made, of exchanges that are written already. Gives its id. */
    addRun(
      { end, ...start }: RunStart & { readonly end: RunEnd },
      results: Iterable<ResultWithChunks>,
    ): number {
      const id = runs.beginRun(start);
      for (const { result, chunks } of results) {
        const { status, headersUs, firstByteUs, finishedUs } = result;
        const answer = { ...NO_BODY, status, headersUs, firstByteUs, finishedUs };
        const { runId: _none, ...sent } = result;
        runs.addResult(id, { ...sent, path: '', answer }, { ...sent, chunks });
      }
      runs.endRun(id, end);
      return id;
    },
    /** Puts the exchanges in order of arrival. */
    settle: (): ImportSpan => rows.settle(),
    /** Makes the tape of it. @throws UserError when another program made a file of its name meanwhile */
    commit(capture: CaptureStart): void {
      const { startedAtMs, startedUs, upstream, toolVersion, settings, redaction } = capture;
      db.prepare(FINISH_CAPTURE).run({
        startedAtMs,
        startedUs: Math.round(startedUs),
        upstream,
        toolVersion,
        settings: JSON.stringify(settings),
        redaction: JSON.stringify(redaction),
        captureId,
      });
      db.exec('COMMIT');
      if (made !== null) made.commit();
      else close();
    },
    /** Leaves no trace. */
    discard(): void {
      if (!db.open) return;
      if (made !== null) {
        made.discard();
        return;
      }
      if (db.inTransaction) db.exec('ROLLBACK');
      close();
    },
  };

  function close(): void {
    leaveOneFile(db);
    db.close();
  }
}

export type ImportWriter = ReturnType<typeof openImportWriter>;

const COUNT_RUNS =
  'SELECT count(*) FROM runs WHERE label = ? AND threads = ? AND connections = ? AND rate_per_sec IS ?';

/** Of an answer whose bytes are not known. */
const NO_BODY = {
  headers: [],
  transport: 'complete',
  error: null,
  body: null,
  truncated: false,
  bodyBytes: 0,
  readUs: new Float64Array(0),
  readBytes: new Uint32Array(0),
} as const;

const INSERT_CAPTURE = `
INSERT INTO captures (started_at_ms, started_us, upstream, tool_version, settings, redaction)
VALUES (0, 0, '', '', '{}', '{}')`;

const FINISH_CAPTURE = `
UPDATE captures SET started_at_ms = @startedAtMs, started_us = @startedUs, upstream = @upstream,
  tool_version = @toolVersion, settings = @settings, redaction = @redaction, clean_close = 1,
  ended_at_ms = @startedAtMs + (
    SELECT max(coalesce(finished_us, arrived_us)) FROM exchanges WHERE capture_id = @captureId) / 1000
WHERE id = @captureId`;

const INSTANTS = EXCHANGE_COLUMNS.names.filter((name) => name.endsWith('_us'));

const SHIFT = `
UPDATE exchanges SET ${INSTANTS.map((name) => `${name} = ${name} - @byUs`).join(', ')} WHERE capture_id = @captureId`;

const LONGEST_PAUSE = `
SELECT coalesce(max(gap), 0) AS pause FROM (
  SELECT arrived_us - lag(arrived_us) OVER (ORDER BY arrived_us) AS gap FROM exchanges WHERE capture_id = ?)`;

function rowWriter(db: Database, captureId: number, bodies: BodyStore): Pick<ImportWriter, 'add' | 'settle'> {
  const insert = insertInto(db, 'exchanges', ['number', ...EXCHANGE_COLUMNS.names]);
  const insertChunks = db.prepare('INSERT INTO chunk_times (exchange_id, reads, packed) VALUES (?, ?, ?)');
  let number = 0;
  let timed = 0;
  let zeroUs: number | null = null;
  /** Of the latest arrival, since `zeroUs`. */
  let lastUs = 0;
  let firstUs = 0;
  let isSorted = true;

  return {
    add({ requestBody, responseBody, chunks, arrivedUs, ...rest }) {
      number += 1;
      if (arrivedUs !== null) {
        timed += 1;
        zeroUs ??= arrivedUs;
        isSorted &&= arrivedUs - zeroUs >= lastUs;
        lastUs = arrivedUs - zeroUs;
        firstUs = Math.min(firstUs, lastUs);
      }
      const row = {
        ...rest,
        captureId,
        arrivedUs: (zeroUs ?? 0) + lastUs,
        requestBodyId: bodies.put(requestBody),
        responseBodyId: bodies.put(responseBody),
      };
      const { lastInsertRowid } = insert.run(number, ...EXCHANGE_COLUMNS.write(row, zeroUs ?? 0));
      if (chunks.atUs.length > 0) {
        insertChunks.run(lastInsertRowid, chunks.atUs.length, packChunkTimes(chunks, row.arrivedUs));
      }
      return Number(lastInsertRowid);
    },
    settle() {
      if (firstUs !== 0) db.prepare(SHIFT).run({ byUs: firstUs, captureId });
      if (!isSorted) renumber(db, captureId);
      const { pause } = db.prepare(LONGEST_PAUSE).get(captureId) as { readonly pause: number };
      return { timed, firstUs: zeroUs === null ? null : zeroUs + firstUs, longestPauseUs: pause };
    },
  };
}
