import { copyFileSync, renameSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { createDatabase } from '../../src/store/open-database.ts';
import { openTapeWriter } from '../../src/store/tape-writer.ts';
import {
  answerFigures,
  CAPTURE,
  exchangeEnd,
  exchangeStart,
  REQUEST,
  RUN,
  RUN_END,
  rawResult,
} from './sample-records.ts';
import { SAMPLE_TAPE } from './sample-tape.ts';

/**
 * Makes the committed tapes anew: `npx node test/helpers/make-tapes.ts`. Only while version 1 of the schema is not
 * published: from then on v1.sqlite is never written again, and a change of the schema is a new step and a new tape.
 */

const FIXTURES = fileURLToPath(new URL('../fixtures/tapes/', import.meta.url));

function makeFirstVersion(path: string): void {
  rmSync(path, { force: true });
  const writer = openTapeWriter(path, 'create');
  const captureId = writer.beginCapture(CAPTURE);
  for (const number of [1, 2, 3]) writer.startExchange(captureId, exchangeStart(number));
  for (const number of [1, 2]) {
    const end = exchangeEnd(number);
    const failed = number === 2 ? ({ outcome: 'stream_error', error: 'engine died' } as const) : {};
    writer.endExchange(captureId, end, REQUEST, answerFigures(end.answer, failed));
  }
  const state = {
    edge: 'start',
    kind: 'version',
    takenAtMs: CAPTURE.startedAtMs,
    status: 200,
    body: '{"version":"0.32.0"}',
  } as const;
  writer.addServerState({ captureId }, state);
  writer.endCapture(captureId, CAPTURE.startedAtMs + 2_000, { queue_full: 1 });
  const runId = writer.beginRun(RUN);
  for (const seq of [0, 1, 2]) {
    const raw = rawResult(seq);
    writer.addResult(runId, raw, answerFigures(raw.answer));
  }
  writer.endRun(runId, RUN_END);
  writer.close();
}

/** A tape as a later reprise may write it. */
function makeFuture(from: string, path: string): void {
  copyFileSync(from, path);
  const db = new Database(path);
  db.exec('ALTER TABLE captures ADD COLUMN mood TEXT');
  db.pragma('user_version = 99');
  db.close();
}

/** Copies a tape, column by column, into the schema of today. */
function renew(path: string): void {
  const renewed = `${path}.new`;
  rmSync(renewed, { force: true });
  const db = createDatabase(renewed);
  db.pragma('journal_mode = DELETE');
  db.pragma('foreign_keys = OFF');
  db.prepare('ATTACH ? AS old').run(path);
  const columnsOf = (schema: string, table: string): unknown[] =>
    db.prepare('SELECT name FROM pragma_table_info(?, ?)').pluck().all(table, schema);
  const tables = db
    .prepare("SELECT name FROM main.sqlite_schema WHERE type = 'table'")
    .pluck()
    .all() as string[];
  for (const table of tables) {
    const old = columnsOf('old', table);
    const columns = columnsOf('main', table)
      .filter((name) => old.includes(name))
      .join(', ');
    db.exec(`INSERT INTO main.${table} (${columns}) SELECT ${columns} FROM old.${table}`);
  }
  db.exec('DETACH old; VACUUM');
  db.close();
  renameSync(renewed, path);
}

makeFirstVersion(`${FIXTURES}v1.sqlite`);
makeFuture(`${FIXTURES}v1.sqlite`, `${FIXTURES}future.sqlite`);
renew(SAMPLE_TAPE);
