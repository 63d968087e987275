import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, mkdirSync, openSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { readSmallFile } from '../../../src/formats/reading/small-file.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

const folder = tempFolder();
const pipe = join(folder, 'pipe');
execFileSync('mkfifo', [pipe]);

/**
 * To open a pipe may wait for ever, which no timer of this thread could end: another thread ends it, and notes that it had to,
 * so that the test fails instead of hanging.
 */
async function rescuer(t: TestContext): Promise<Int32Array> {
  const waited = new Int32Array(new SharedArrayBuffer(4));
  const thread = new Worker(
    `const { closeSync, constants, openSync } = require('node:fs');
     const { workerData: { pipe, waited } } = require('node:worker_threads');
     setInterval(() => {
       waited[0] = 1;
       const file = openSync(pipe, constants.O_RDWR);
       setTimeout(() => closeSync(file), 100);
     }, 5_000);`,
    { eval: true, workerData: { pipe, waited } },
  );
  t.after(() => thread.terminate());
  await once(thread, 'online');
  return waited;
}

test('what is no regular file of a small size is not waited for: the reason is given', async (t) => {
  const waited = await rescuer(t);
  const file = join(folder, 'file');
  writeFileSync(file, 'abc');
  mkdirSync(join(folder, 'folder'));
  writeFileSync(join(folder, 'large'), '');
  truncateSync(join(folder, 'large'), 1e12);
  const cases: readonly (readonly [string, unknown])[] = [
    [file, Buffer.from('abc')],
    [join(folder, 'none'), 'missing'],
    [join(folder, 'file', 'below'), 'missing'],
    [join(folder, 'folder'), 'directory'],
    [join(folder, 'large'), 'tooLarge'],
    [pipe, 'special'],
    ['/dev/zero', 'special'],
    ['/dev/tty', 'special'],
    ['a\0b', 'unreadable'],
  ];
  for (const [path, result] of cases) assert.deepEqual(readSmallFile(path), result, path);
  assert.equal(waited[0], 0);
  // A file that says nothing of its size.
  assert.equal(readSmallFile('/proc/self/environ', { most: 1 }), 'tooLarge');
});

test('a pipe is read to its end where one may be given; one that nobody writes to is told', async (t) => {
  const waited = await rescuer(t);
  assert.equal(readSmallFile(pipe, { pipes: true }), 'silent');
  assert.equal(waited[0], 0);
  const writer = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);
  writeSync(writer, 'x'.repeat(5_000));
  assert.equal(readSmallFile(pipe, { pipes: true, most: 4_999 }), 'tooLarge');
  closeSync(writer);
});
