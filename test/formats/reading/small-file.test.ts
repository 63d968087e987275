import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdirSync, openSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readSmallFile } from '../../../src/formats/reading/small-file.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

const folder = tempFolder();
const pipe = join(folder, 'pipe');
execFileSync('mkfifo', [pipe]);

test('what is no regular file of a small size is not waited for: the reason is given', () => {
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
  // A file that says nothing of its size.
  assert.equal(readSmallFile('/proc/self/environ', { most: 1 }), 'tooLarge');
});

test('a pipe is read to its end where one may be given; one that nobody writes to is told', () => {
  assert.equal(readSmallFile(pipe, { pipes: true }), 'silent');
  const writer = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);
  writeSync(writer, 'x'.repeat(5_000));
  assert.equal(readSmallFile(pipe, { pipes: true, most: 4_999 }), 'tooLarge');
  closeSync(writer);
});
