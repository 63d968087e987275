import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
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

test('whoever may write brings an older tape up to date and keeps what is on it', () => {
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

test('a tape of the first version keeps its exchanges and runs, with what it could not know left open', () => {
  const path = join(folder, 'd.sqlite');
  const first = createDatabase(path, MIGRATIONS.slice(0, 1));
  first.exec(
    `INSERT INTO runs (label, target, threads, connections, repeat, started_at_ms, started_us, settings, tool_version,
       window_us, ended_us, stopped_early, health, invalid_reasons)
     VALUES ('a', 'http://h', 2, 4, 1, 1, 1, '{"repeat":1,"exchanges":3}', '0', 5, 6, 0, '{"occupancy":1}', '[]')`,
  );
  first.close();
  appendDatabase(path).close();
  const tape = openTape(path);
  const [run] = tape.runs();
  assert.deepEqual(run?.cell, { threads: 2, connections: 4 });
  assert.equal(run?.settings.exchanges, 3);
  assert.equal(run?.settings.load.kind, 'closed');
  assert.equal(run?.end?.health.scheduleLagP99Ms, null);
  tape.close();
});
