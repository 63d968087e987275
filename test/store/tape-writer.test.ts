import assert from 'node:assert/strict';
import { copyFileSync, existsSync, readdirSync, renameSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openTape } from '../../src/store/tape-reader.ts';
import { openTapeWriter } from '../../src/store/tape-writer.ts';
import { CAPTURE, exchangeStart } from '../helpers/sample-records.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

const folder = tempFolder();

test('a closed tape is one file, and appending keeps what is on it', () => {
  const path = join(folder, 'a.sqlite');
  for (const mode of ['create', 'append'] as const) {
    const writer = openTapeWriter(path, mode);
    writer.beginCapture(CAPTURE);
    assert.equal(existsSync(`${path}-wal`), true);
    writer.close();
    assert.equal(existsSync(`${path}-wal`) || existsSync(`${path}-shm`), false);
  }
  const tape = openTape(path);
  assert.equal(tape.captures().length, 2);
  tape.close();
});

test('closing during a read loses nothing', () => {
  const path = join(folder, 'b.sqlite');
  const writer = openTapeWriter(path, 'create');
  const reader = openTape(path);
  assert.equal(reader.captures().length, 0);
  writer.begin();
  writer.beginCapture(CAPTURE);
  assert.equal(reader.captures().length, 0, 'not committed yet');
  writer.close();
  assert.equal(reader.captures().length, 1);
  reader.close();
});

test('a group that is rolled back leaves nothing, one that is committed is whole', () => {
  const path = join(folder, 'c.sqlite');
  const writer = openTapeWriter(path, 'create');
  const captureId = writer.beginCapture(CAPTURE);
  writer.begin();
  writer.startExchange(captureId, exchangeStart(1));
  writer.rollback();
  writer.begin();
  writer.begin();
  writer.startExchange(captureId, exchangeStart(2));
  assert.equal(writer.inTransaction, true);
  writer.commit();
  writer.commit();
  writer.close();
  const tape = openTape(path);
  assert.equal(tape.exchangeCount(), 1);
  tape.close();
});

test('what is written to a tape that was moved is in the moved file at once, without the journal at its old place', () => {
  const path = join(folder, 'e.sqlite');
  const writer = openTapeWriter(path, 'create');
  const captureId = writer.beginCapture(CAPTURE);
  renameSync(path, join(folder, 'moved.sqlite'));
  writer.begin();
  writer.startExchange(captureId, exchangeStart(1));
  assert.equal(writer.look(), 'moved');
  writer.commit();
  copyFileSync(join(folder, 'moved.sqlite'), join(folder, 'copy.sqlite'));
  const tape = openTape(join(folder, 'copy.sqlite'));
  assert.equal(tape.exchangeCount(), 1);
  tape.close();
  writer.close();
});

test('the journal of a tape that was moved goes where the tape goes: who opens it there reads all of it, and reads on', () => {
  const [path, moved] = [join(folder, 'f.sqlite'), join(folder, 'f-moved.sqlite')];
  const writer = openTapeWriter(path, 'create');
  const captureId = writer.beginCapture(CAPTURE);
  writer.startExchange(captureId, exchangeStart(1));
  const journals = (): readonly string[] =>
    [path, moved].filter((at) => existsSync(`${at}-wal`) && existsSync(`${at}-shm`));
  renameSync(path, moved);
  assert.equal(writer.look(), 'moved');
  assert.deepEqual(journals(), [moved]);
  const reader = openTape(moved);
  assert.equal(reader.exchangeCount(), 1);
  writer.startExchange(captureId, exchangeStart(2));
  assert.equal(reader.exchangeCount(), 2);
  reader.close();
  renameSync(moved, path);
  assert.equal(writer.look(), 'there');
  assert.deepEqual(journals(), [path]);
  renameSync(path, moved);
  writer.close();
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.startsWith('f')),
    ['f-moved.sqlite'],
  );
});

test('a tape that comes to the name of one that is written has nothing to do with its journal', () => {
  const [path, other] = [join(folder, 'g.sqlite'), join(folder, 'g-other.sqlite')];
  openTapeWriter(other, 'create').close();
  const writer = openTapeWriter(path, 'create');
  writer.beginCapture(CAPTURE);
  renameSync(other, path);
  assert.equal(writer.look(), 'gone');
  const tape = openTape(path);
  assert.equal(tape.captures().length, 0);
  tape.close();
  assert.throws(() => writer.close(), /was deleted, replaced or damaged/);
});

test('a tape that is cut under its writer is gone: SQLite would fill it with zeros', () => {
  const path = join(folder, 'i.sqlite');
  openTapeWriter(path, 'create').close();
  const writer = openTapeWriter(path, 'append');
  writer.beginCapture(CAPTURE);
  assert.equal(writer.look(), 'there');
  truncateSync(path, 0);
  assert.equal(writer.look(), 'gone');
  assert.throws(() => writer.begin(), /was deleted, replaced or damaged/);
  assert.throws(() => writer.close(), /was deleted, replaced or damaged/);
});

test('a new tape with the name of one that was moved away and is still written leaves that one whole', () => {
  const [path, moved] = [join(folder, 'h.sqlite'), join(folder, 'h-moved.sqlite')];
  const writer = openTapeWriter(path, 'create');
  const captureId = writer.beginCapture(CAPTURE);
  renameSync(path, moved);
  const next = openTapeWriter(path, 'create');
  const nextId = next.beginCapture(CAPTURE);
  for (let n = 1; n <= 100; n += 1) {
    next.startExchange(nextId, exchangeStart(n));
    if (n % 4 === 0) writer.startExchange(captureId, exchangeStart(n));
  }
  writer.close();
  next.close();
  const counts = [path, moved].map((at) => {
    const tape = openTape(at);
    const count = tape.exchangeCount();
    tape.close();
    return count;
  });
  assert.deepEqual(counts, [100, 25]);
});

test('server states belong to a capture or to a run', () => {
  const path = join(folder, 'd.sqlite');
  const writer = openTapeWriter(path, 'create');
  const captureId = writer.beginCapture(CAPTURE);
  const state = {
    edge: 'start',
    kind: 'version',
    takenAtMs: 5,
    status: 200,
    body: '{"version":"é"}',
  } as const;
  writer.addServerState({ captureId }, state);
  assert.throws(() => writer.addServerState({ runId: 9 }, state), /FOREIGN KEY/);
  writer.close();
  const tape = openTape(path);
  assert.deepEqual(tape.serverStates({ captureId }), [state]);
  assert.deepEqual(tape.serverStates({ runId: 1 }), []);
  tape.close();
});
