import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { MIGRATIONS, tapeVersion } from '../../src/store/migrations.ts';
import { appendDatabase, createDatabase, readDatabase } from '../../src/store/open-database.ts';
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
  assert.throws(() => readDatabase(path, FUTURE), /tape of the older version 1: bring it up to date/);
  const db = appendDatabase(path, FUTURE);
  assert.equal(tapeVersion(db), 2);
  assert.deepEqual(db.prepare('SELECT upstream, mood FROM captures').all(), [{ upstream: 'u', mood: null }]);
  db.close();
  assert.throws(() => readDatabase(path), /tape of version 2 and this reprise reads up to 1/);
});

test('a step that fails leaves the tape at its version', () => {
  const path = join(folder, 'c.sqlite');
  createDatabase(path).close();
  assert.throws(() => appendDatabase(path, [...MIGRATIONS, 'CREATE TABLE x (a); NONSENSE']), /syntax error/);
  const db = readDatabase(path);
  assert.equal(tapeVersion(db), 1);
  assert.equal(db.prepare("SELECT count(*) AS n FROM sqlite_master WHERE name = 'x'").pluck().get(), 0);
  db.close();
});
