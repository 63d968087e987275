import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { createDatabase } from '../../src/store/open-database.ts';
import { APPLICATION_ID } from '../../src/store/schema.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

const db = createDatabase(join(tempFolder(), 'schema.sqlite'));

test('the file says what it is', () => {
  assert.equal(Buffer.from(APPLICATION_ID.toString(16), 'hex').toString(), 'rprs');
  assert.equal(db.pragma('application_id', { simple: true }), APPLICATION_ID);
});

test('every table is strict, so that columns hold what their type says', () => {
  const tables = db
    .prepare('SELECT name, strict FROM pragma_table_list WHERE schema = ? AND type = ?')
    .all('main', 'table');
  const loose = (tables as { name: string; strict: number }[]).filter(
    (t) => !t.strict && !t.name.startsWith('sqlite_'),
  );
  assert.deepEqual(loose, []);
});

test('an exchange has one row in its capture', () => {
  db.exec(
    "INSERT INTO captures (started_at_ms, started_us, upstream, tool_version, settings, redaction) VALUES (1, 1, 'u', 'v', '{}', '{}')",
  );
  const insert = db.prepare(
    "INSERT INTO exchanges (capture_id, number, arrived_us, method, path, request_headers) VALUES (1, ?, 0, 'POST', '/', '[]')",
  );
  insert.run(1);
  assert.throws(() => insert.run(1), /UNIQUE/);
});
