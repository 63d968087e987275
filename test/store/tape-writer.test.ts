import assert from 'node:assert/strict';
import { copyFileSync, existsSync, renameSync } from 'node:fs';
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
