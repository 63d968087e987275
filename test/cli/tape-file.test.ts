import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { defaultTapePath, openRunTape, openTapeThread, removeTape } from '../../src/cli/tape-file.ts';
import { UserError } from '../../src/model/user-error.ts';
import { RUN } from '../helpers/sample-records.ts';
import { sampleTape } from '../helpers/sample-tape.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

const folder = tempFolder();

test('a tape without a name is called by its time, sortable and legal everywhere', () => {
  assert.equal(defaultTapePath(Date.UTC(2026, 10, 24, 12, 1, 2)), 'recordings/2026-11-24T12-01-02.sqlite');
});

test('the folder of a new tape is made', async () => {
  const path = join(folder, 'deep', 'er', 'a.sqlite');
  const tape = await openTapeThread(path, 'create');
  await tape.close();
  assert.equal(existsSync(path), true);
  assert.equal(statSync(path).mode & 0o777, 0o600);
});

test('the process that wrote a tape is gone when the tape is closed', {
  skip: !existsSync('/proc/self/stat'),
}, async () => {
  const children = (): readonly string[] =>
    readdirSync('/proc').filter((pid) => {
      try {
        const [, parent] = /\) \w (\d+) /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
        return Number(parent) === process.pid;
      } catch {
        return false;
      }
    });
  const before = new Set(children());
  const tape = await openTapeThread(join(folder, 'apart.sqlite'), 'create', { isApart: true });
  assert.equal(children().filter((pid) => !before.has(pid)).length, 1);
  await tape.close();
  assert.deepEqual(
    children().filter((pid) => !before.has(pid)),
    [],
  );
});

test('a folder that cannot be made is named, and nothing is made for an append', async () => {
  writeFileSync(join(folder, 'file'), '');
  const refused = (words: RegExp) => (error: Error) =>
    error instanceof UserError && words.test(error.message);
  // Synchronous or not: the caller awaits.
  const make = async (path: string, mode: 'create' | 'append') => openTapeThread(path, mode);
  await assert.rejects(
    make(join(folder, 'file', 'x', 'a.sqlite'), 'create'),
    refused(/file.x cannot be made \(ENOTDIR\)/),
  );
  await assert.rejects(make(join(folder, 'no', 'a.sqlite'), 'append'), refused(/no file/));
  assert.equal(existsSync(join(folder, 'no')), false);
});

test('a tape is removed with all that lies beside it', async () => {
  const path = join(folder, 'gone.sqlite');
  for (const end of ['', '-wal', '-shm']) writeFileSync(path + end, '');
  removeTape(path);
  for (const end of ['', '-wal', '-shm']) assert.equal(existsSync(path + end), false);
});

test('what is written can be read at once; closed, one file is left', async () => {
  const path = sampleTape(folder, 'tape.sqlite');
  const { tape, reader, close } = await openRunTape(path, () => undefined);
  const id = await tape.beginRun(RUN);
  assert.equal(reader.runs().at(-1)?.id, id);
  await close();
  assert.equal(existsSync(`${path}-wal`), false);
});

test('a tape that is not there is the user mistake', async () => {
  await assert.rejects(
    openRunTape(join(folder, 'none.sqlite'), () => undefined),
    (error) => error instanceof UserError && /none\.sqlite/.test(error.message),
  );
});
