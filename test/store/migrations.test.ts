import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import SqliteDatabase, { type Database } from 'better-sqlite3';
import { TOKEN_SOURCES } from '../../src/model/completion.ts';
import { DROP_REASONS } from '../../src/model/exchange.ts';
import { OUTCOMES } from '../../src/model/outcome.ts';
import { UserError } from '../../src/model/user-error.ts';
import { CODECS } from '../../src/store/capture-writer.ts';
import { MIGRATIONS, tapeVersion } from '../../src/store/migrations.ts';
import { appendDatabase, createDatabase, readDatabase } from '../../src/store/open-database.ts';
import { openTape } from '../../src/store/tape-reader.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

const folder = tempFolder();

/** A future reprise: one more step. */
const FUTURE = [...MIGRATIONS, 'ALTER TABLE captures ADD COLUMN mood TEXT'];

test('a new tape has taken every step', () => {
  const db = createDatabase(join(folder, 'a.sqlite'));
  assert.equal(tapeVersion(db), MIGRATIONS.length);
  db.close();
});

test('a writer migrates an older tape and keeps its content', () => {
  const path = join(folder, 'b.sqlite');
  const old = createDatabase(path);
  old.exec(
    "INSERT INTO captures (started_at_ms, started_us, upstream, tool_version, settings, redaction) VALUES (1, 1, 'u', 'v', '{}', '{}')",
  );
  old.close();
  assert.throws(
    () => readDatabase(path, FUTURE),
    new RegExp(`tape of the older version ${MIGRATIONS.length}: bring it up to date`),
  );
  const db = appendDatabase(path, FUTURE);
  assert.equal(tapeVersion(db), FUTURE.length);
  assert.deepEqual(db.prepare('SELECT upstream, mood FROM captures').all(), [{ upstream: 'u', mood: null }]);
  db.close();
  assert.throws(
    () => readDatabase(path),
    new RegExp(`tape of version ${FUTURE.length} and this reprise reads up to ${MIGRATIONS.length}`),
  );
});

test('a step that fails leaves the tape at its version', () => {
  const path = join(folder, 'c.sqlite');
  createDatabase(path).close();
  assert.throws(() => appendDatabase(path, [...MIGRATIONS, 'CREATE TABLE x (a); NONSENSE']), /syntax error/);
  const db = readDatabase(path);
  assert.equal(tapeVersion(db), MIGRATIONS.length);
  assert.equal(db.prepare("SELECT count(*) AS n FROM sqlite_master WHERE name = 'x'").pluck().get(), 0);
  db.close();
});

/** The committed tape of the first version, as a file of this test's own. */
function firstVersion(name: string): string {
  return copyOf('v1.sqlite', name);
}

function copyOf(tape: string, name: string): string {
  const path = join(folder, name);
  copyFileSync(fileURLToPath(new URL(`../fixtures/tapes/${tape}`, import.meta.url)), path);
  return path;
}

/** Tables and indexes as SQL text. */
function schemaOf(db: Database): unknown[] {
  return db.prepare("SELECT name, sql FROM sqlite_schema WHERE type <> 'view' ORDER BY name").all();
}

test('a committed tape of the first version is upgraded to what a new tape is', () => {
  const path = firstVersion('first.sqlite');
  const upgraded = appendDatabase(path);
  const made = createDatabase(join(folder, 'made.sqlite'));
  assert.deepEqual(
    schemaOf(upgraded),
    schemaOf(made),
    'the schema changed: it is not published, so run `npx node test/helpers/make-tapes.ts`; else add a step to MIGRATIONS',
  );
  assert.equal(upgraded.pragma('user_version', { simple: true }), MIGRATIONS.length);
  upgraded.close();
  made.close();
});

test('what is on it is read as it was written', () => {
  const path = firstVersion('read.sqlite');
  appendDatabase(path).close();
  const tape = openTape(path);
  const [capture] = tape.captures();
  assert.deepEqual(
    [capture?.startedAtMs, capture?.endedAtMs, capture?.upstream, capture?.cleanClose, capture?.drops],
    [1795521600000, 1795521602000, 'http://127.0.0.1:8000', true, { queue_full: 1 }],
  );
  const exchanges = [...tape.exchanges()];
  assert.deepEqual(
    exchanges.map(({ outcome, error, completionTokens }) => [outcome, error, completionTokens]),
    [
      ['ok', null, 3],
      ['stream_error', 'engine died', 3],
      ['unfinished', null, null],
    ],
  );
  const [first] = exchanges;
  assert.ok(first !== undefined);
  assert.deepEqual(tape.exchangeChunkTimes(first).atUs, [11_000, 21_000, 31_000]);
  assert.equal(Buffer.from(tape.body(first.requestBodyId ?? 0) ?? []).toString(), '{"model":"m","n":1}');
  assert.deepEqual(
    tape.serverStates({ captureId: 1 }).map(({ body }) => body),
    ['{"version":"0.32.0"}'],
  );
  const [run] = tape.runs();
  assert.deepEqual(
    [run?.cell, run?.settings.load, run?.end?.windowUs, run?.end?.health?.connectionsOpen],
    [{ threads: 2, connections: 4 }, { kind: 'closed', semantics: 'drain' }, 1_000_000, 4],
  );
  const results = [...tape.results(1)];
  assert.deepEqual(
    results.map(({ result }) => [result.seq, result.outcome, result.sentUs]),
    [
      [0, 'ok', 0],
      [1, 'ok', 40_000],
      [2, 'ok', 80_000],
    ],
  );
  assert.deepEqual(results[1]?.chunks.atUs, [50_000, 60_000, 70_000]);
  tape.close();
});

test('a tape of a later reprise is refused in one sentence, by readers and writers', () => {
  const path = copyOf('future.sqlite', 'future.sqlite');
  for (const open of [readDatabase, appendDatabase]) {
    assert.throws(
      () => open(path),
      (error) => {
        assert.ok(error instanceof UserError);
        assert.equal(
          error.message,
          `${path} is a tape of version 99 and this reprise reads up to ${MIGRATIONS.length}: upgrade reprise`,
        );
        return true;
      },
    );
  }
});

test('views are renewed when a tape is opened for writing; a user’s own stay; a tape that has them is not written to', () => {
  const path = firstVersion('views.sqlite');
  const old = new SqliteDatabase(path);
  old.exec(
    'DROP VIEW run_view; CREATE VIEW run_view AS SELECT 1 AS stale; CREATE VIEW mine AS SELECT 2 AS x',
  );
  old.close();
  appendDatabase(path).close();
  const db = readDatabase(path);
  assert.ok('e2el_p50_ms' in (db.prepare('SELECT * FROM run_view').get() as object));
  assert.deepEqual(db.prepare('SELECT * FROM mine').all(), [{ x: 2 }]);
  db.close();
  const writer = new SqliteDatabase(path);
  writer.exec('BEGIN IMMEDIATE');
  appendDatabase(path).close();
  writer.close();
});

/**
 * The closed sets whose words lie in columns, as each version of the tape knows them. A new word needs a step (it may be
 * an empty one), so that an older reprise refuses the tape rather than misread it; earlier lists are never changed.
 */
const WORDS_OF_VERSION = [
  {
    outcomes: [
      'ok',
      'http_error',
      'stream_error',
      'incomplete',
      'client_aborted',
      'upstream_aborted',
      'unreachable',
      'timeout',
      'unfinished',
      'unknown',
    ],
    tokenSources: ['usage', 'continuous_usage', 'imported', 'chunks', 'none'],
    drops: ['queue_full', 'write_failed'],
    codecs: ['zstd', 'identity'],
  },
];

test('a new word of a closed set has its step', () => {
  assert.equal(WORDS_OF_VERSION.length, MIGRATIONS.length);
  assert.deepEqual(WORDS_OF_VERSION.at(-1), {
    outcomes: OUTCOMES,
    tokenSources: TOKEN_SOURCES,
    drops: DROP_REASONS,
    codecs: CODECS,
  });
});
