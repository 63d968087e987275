import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { UserError } from '../../src/model/user-error.ts';
import { openNewTape } from '../../src/store/new-tape.ts';
import {
  appendDatabase,
  createDatabase,
  databaseError,
  readDatabase,
  writeError,
} from '../../src/store/open-database.ts';
import { editTape } from '../helpers/strange-tapes.ts';
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

test('no tape gets the name of a journal of another one', () => {
  const path = join(folder, 'beside.sqlite');
  createDatabase(path).close();
  for (const end of ['-wal', '-shm', '-journal']) {
    refused(
      () => createDatabase(path + end),
      /is a name that SQLite uses beside .*beside\.sqlite: give another name$/,
    );
    refused(() => openNewTape(path + end, 'merge'), /is a name that SQLite uses beside/);
    assert.equal(existsSync(path + end), false);
  }
});

test('every file that is not a tape is refused in one sentence, by readers and writers alike', () => {
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

test('a damaged tape is reported as such', () => {
  const path = join(folder, 'damaged.sqlite');
  createDatabase(path).close();
  const bytes = readFileSync(path);
  bytes.fill(0xff, 100, 4_000);
  writeFileSync(path, bytes);
  refused(() => readDatabase(path), /damaged\.sqlite is damaged/);
});

test('a pipe, a device or a folder is not a tape, nor may one be where SQLite keeps its journal', () => {
  const pipe = join(folder, 'pipe.sqlite');
  execFileSync('mkfifo', [pipe]);
  for (const open of [readDatabase, appendDatabase]) {
    refused(() => open(pipe), /pipe\.sqlite is not a regular file/);
    refused(() => open('/dev/zero'), /\/dev\/zero is not a regular file/);
    refused(() => open('/dev/full'), /not a regular file/);
    refused(() => open('a\0b'), /"a\\u0000b" names no file/);
  }
  for (const end of ['-wal', '-shm', '-journal']) {
    const path = join(folder, `beside${end}.sqlite`);
    createDatabase(path).close();
    rmSync(path + end, { force: true });
    symlinkSync(pipe, path + end);
    refused(() => readDatabase(path), new RegExp(`${end} is not a regular file`));
  }
});

test('a schema that is not that of a tape is refused before anything of it runs; a view that a user added is not', () => {
  const endless = 'WITH RECURSIVE c(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM c) SELECT * FROM c';
  const edits: readonly (readonly [string, RegExp])[] = [
    [
      'CREATE TRIGGER t AFTER INSERT ON runs BEGIN UPDATE results SET finished_us = 1; END',
      /has the trigger "t", which is no part/,
    ],
    ['CREATE INDEX i ON results (hex(zeroblob(seq)))', /has the index "i", which is no part of a tape/],
    ['CREATE TABLE more (x)', /has the table "more", which is no part of a tape/],
    ['CREATE VIRTUAL TABLE f USING fts5(x)', /has the table "f.*which is no part of a tape/],
    [
      "UPDATE sqlite_schema SET sql = replace(sql, 'repeat ', 'x TEXT AS (hex(zeroblob(1e9))), repeat ') WHERE name = 'runs'",
      /has the table "runs", which is not that of a tape/,
    ],
    [
      `DELETE FROM sqlite_schema WHERE name = 'runs_by_label'; UPDATE sqlite_schema SET type = 'view', rootpage = 0, sql = 'CREATE VIEW runs AS ${endless}' WHERE name = 'runs'`,
      /is damaged \(it lacks the (table runs|index runs_by_label)\)/,
    ],
    [
      "UPDATE sqlite_schema SET sql = replace(sql, 'label ', 'label  ') WHERE name = 'runs'",
      /the table "runs", which is not that/,
    ],
  ];
  for (const [i, [sql, words]] of edits.entries()) {
    const path = join(folder, `edited-${i}.sqlite`);
    createDatabase(path).close();
    editTape(path, (db) => db.exec(sql));
    for (const open of [readDatabase, appendDatabase]) refused(() => open(path), words);
  }
  const path = join(folder, 'with-view.sqlite');
  createDatabase(path).close();
  editTape(path, (db) => db.exec(`CREATE VIEW mine AS ${endless}; ANALYZE`));
  for (const open of [readDatabase, appendDatabase]) {
    const db = open(path);
    assert.equal(db.pragma('trusted_schema', { simple: true }), 0);
    assert.throws(
      () => db.exec('PRAGMA writable_schema = ON; DELETE FROM sqlite_schema'),
      /readonly|may not be modified/,
    );
    db.close();
  }
});

test('a file without permission is reported as such', (t) => {
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

test('a write that the disk or another program refuses is reported in one sentence; an invalid write is a defect', () => {
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

test('what cannot be written when a tape is opened is no damage; what cannot be read is', () => {
  const said = (code: string) =>
    (databaseError(Object.assign(new Error('why'), { code }), 'x.sqlite') as Error).message;
  for (const code of ['SQLITE_FULL', 'SQLITE_IOERR_SHMSIZE', 'SQLITE_IOERR_FSYNC'])
    assert.match(said(code), /^the tape x\.sqlite cannot be written/, code);
  for (const code of ['SQLITE_IOERR_READ', 'SQLITE_IOERR_SHORT_READ', 'SQLITE_CORRUPT'])
    assert.match(said(code), /^x\.sqlite is damaged/, code);
});

test('a tape that is read keeps the locks of a process that writes it', {
  skip: !existsSync('/proc/locks'),
}, () => {
  const path = join(folder, 'written.sqlite');
  const writer = createDatabase(path);
  const { ino } = statSync(path);
  const locks = (): number =>
    readFileSync('/proc/locks', 'utf8')
      .split('\n')
      .filter((line) => line.includes(` ${process.pid} `) && line.includes(`:${ino} `)).length;
  assert.equal(locks(), 1);
  readDatabase(path).close();
  assert.equal(locks(), 1);
  writer.close();
});

test('a tape that was open when it was copied is read from a read-only folder, with and without its journal', (t) => {
  const [from, to] = [join(folder, 'from'), join(folder, 'read-only')];
  for (const path of [from, to]) mkdirSync(path);
  const writer = createDatabase(join(folder, 'open.sqlite'));
  writer.pragma('wal_checkpoint(TRUNCATE)');
  for (const end of ['', '-wal', '-shm'])
    copyFileSync(join(folder, `open.sqlite${end}`), join(from, `with.sqlite${end}`));
  copyFileSync(join(folder, 'open.sqlite'), join(from, 'without.sqlite'));
  writer.close();
  const mount = (...words: readonly string[]): boolean => spawnSync('mount', words).status === 0;
  if (!mount('--bind', from, to)) {
    t.skip('this machine allows no mount');
    return;
  }
  try {
    mount('-o', 'remount,ro,bind', to);
    for (const name of ['with', 'without']) {
      const db = readDatabase(join(to, `${name}.sqlite`));
      assert.equal(db.prepare('SELECT count(*) FROM captures').pluck().get(), 0);
      db.close();
    }
  } finally {
    spawnSync('umount', [to]);
  }
});
