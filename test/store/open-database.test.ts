import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { UserError } from '../../src/model/user-error.ts';
import { appendDatabase, createDatabase, readDatabase, writeError } from '../../src/store/open-database.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

const folder = tempFolder();

function refused(open: () => unknown, words: RegExp): void {
  assert.throws(open, (error) => {
    assert.ok(error instanceof UserError, String(error));
    assert.match(error.message, words);
    assert.equal(error.message.includes('\n'), false);
    return true;
  });
}

test('a new tape is readable by its owner only, and so are its journals', () => {
  const path = join(folder, 'new.sqlite');
  const db = createDatabase(path);
  db.exec("INSERT INTO bodies (sha256, codec, size_bytes, data) VALUES (x'00', 'identity', 1, x'00')");
  for (const file of [path, `${path}-wal`, `${path}-shm`])
    assert.equal(statSync(file).mode & 0o777, 0o600, file);
  db.close();
});

test('an existing file is never overwritten', () => {
  const path = join(folder, 'precious.sqlite');
  writeFileSync(path, 'precious');
  refused(() => createDatabase(path), /precious\.sqlite exists already: choose another --out/);
  assert.equal(readFileSync(path, 'utf8'), 'precious');
});

test('every file that is no tape is told in one sentence, by readers and writers alike', () => {
  const text = join(folder, 'notes.txt');
  writeFileSync(text, 'just some words, longer than a SQLite head');
  const empty = join(folder, 'empty');
  writeFileSync(empty, '');
  const other = join(folder, 'other.sqlite');
  new Database(other).exec('CREATE TABLE t (x)').close();
  const newer = join(folder, 'newer.sqlite');
  const tape = createDatabase(newer);
  tape.pragma('user_version = 99');
  tape.close();
  mkdirSync(join(folder, 'sub'));
  for (const open of [readDatabase, appendDatabase]) {
    refused(() => open(join(folder, 'none.sqlite')), /there is no file .*none\.sqlite/);
    refused(() => open(join(folder, 'sub')), /sub is a directory/);
    refused(() => open(join(text, 'x')), /lies below something that is no folder/);
    refused(() => open(text), /notes\.txt is not a tape/);
    refused(() => open(empty), /empty is not a tape/);
    refused(() => open(other), /is a SQLite file but not a tape/);
    refused(() => open(newer), /tape of version 99 and this reprise reads up to 1: upgrade reprise/);
  }
});

test('a damaged tape is told as such', () => {
  const path = join(folder, 'damaged.sqlite');
  createDatabase(path).close();
  const bytes = readFileSync(path);
  bytes.fill(0xff, 100, 4_000);
  writeFileSync(path, bytes);
  refused(() => readDatabase(path), /damaged\.sqlite is damaged/);
});

test('a file without permission is told as such', (t) => {
  const path = join(folder, 'locked.sqlite');
  createDatabase(path).close();
  chmodSync(path, 0);
  if (process.geteuid?.() === 0) {
    // Root may read everything, so it is nobody for once.
    process.seteuid?.(65_534);
    t.after(() => process.seteuid?.(0));
  }
  refused(() => readDatabase(path), /locked\.sqlite may not be opened/);
});

test('readers cannot write', () => {
  const path = join(folder, 'readonly.sqlite');
  createDatabase(path).close();
  const db = readDatabase(path);
  assert.throws(() => db.exec('DELETE FROM captures'), /readonly/);
  db.close();
});

test('a write that the disk or another program refuses is told in one sentence; one that we got wrong is a defect', () => {
  const failure = (code: string): Error & { code: string } => Object.assign(new Error('why'), { code });
  for (const code of ['SQLITE_FULL', 'SQLITE_BUSY', 'SQLITE_IOERR_WRITE', 'SQLITE_CONSTRAINT_TRIGGER']) {
    refused(() => {
      throw writeError(failure(code), 'x.sqlite');
    }, /^the tape x\.sqlite cannot be written \(why\): make room/);
  }
  for (const code of ['SQLITE_CONSTRAINT_CHECK', 'SQLITE_ERROR', 'ERR_X']) {
    const error = failure(code);
    assert.equal(writeError(error, 'x.sqlite'), error);
  }
});
