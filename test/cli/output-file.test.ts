import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  linkSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openOutputFile } from '../../src/cli/output-file.ts';
import { UserError } from '../../src/model/user-error.ts';
import { assertRefused } from '../helpers/refusals.ts';
import { SAMPLE_TAPE } from '../helpers/sample-tape.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

const folder = tempFolder();

function refused(path: string, force: boolean, words: RegExp): void {
  assert.throws(
    () => openOutputFile('--out', path, force),
    (error) => error instanceof UserError && words.test(error.message),
    path,
  );
}

test('a new or an empty file is written for its owner only; it appears when it is written', () => {
  const path = join(folder, 'new.html');
  const file = openOutputFile('--out', path, false);
  assert.equal(existsSync(path), false);
  file.write('<p>\u202e');
  const empty = join(folder, 'empty.md');
  writeFileSync(empty, '', { mode: 0o644 });
  openOutputFile('--out', empty, false).write('text');
  assert.deepEqual([readFileSync(path, 'utf8'), readFileSync(empty, 'utf8')], ['<p>\\u202e', 'text']);
  for (const one of [path, empty]) assert.equal(statSync(one).mode & 0o777, 0o600);
});

test('a file with something in it is overwritten with --force only', () => {
  const path = join(folder, 'old.md');
  writeFileSync(path, 'something longer', { mode: 0o644 });
  refused(path, false, /--out .*old\.md exists already: give another name, or --force/);
  openOutputFile('--out', path, true).write('new');
  assert.equal(readFileSync(path, 'utf8'), 'new');
  assert.equal(statSync(path).mode & 0o777, 0o600);
});

test('a tape, what lies beside it, a link, a pipe or a device are never written to', () => {
  const tape = join(folder, 'tape.sqlite');
  copyFileSync(SAMPLE_TAPE, tape);
  linkSync(tape, join(folder, 'same.md'));
  symlinkSync(tape, join(folder, 'link.md'));
  symlinkSync(join(folder, 'nothing'), join(folder, 'dangling.md'));
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  writeFileSync(join(folder, 'lone-wal'), Buffer.from('377f0682002de218', 'hex'));
  const cases: readonly (readonly [string, RegExp])[] = [
    [tape, /is a tape or another database/],
    [join(folder, 'same.md'), /is a tape or another database/],
    [join(folder, 'lone-wal'), /is a tape or another database/],
    [`${tape}-wal`, /is a name that SQLite uses beside/],
    [`${tape}-journal`, /is a name that SQLite uses beside/],
    [join(folder, 'link.md'), /is a symbolic link/],
    [join(folder, 'dangling.md'), /is a symbolic link/],
    [join(folder, 'pipe'), /is not a regular file/],
    [folder, /is not a regular file/],
    ['/dev/full', /is not a regular file/],
    [join(folder, 'none', 'x'), /cannot be written \(ENOENT\)/],
  ];
  for (const [path, words] of cases) for (const force of [false, true]) refused(path, force, words);
  assert.deepEqual(readFileSync(tape), readFileSync(SAMPLE_TAPE));
});

test('every command that writes files obeys', async () => {
  const tape = join(folder, 'own.sqlite');
  copyFileSync(SAMPLE_TAPE, tape);
  const servers = ['--baseline', 'http://127.0.0.1:9', '--candidate', 'http://127.0.0.1:8'];
  await assertRefused([
    [['report', tape, '--out', tape], /is a tape/],
    [['report', tape, '--out', tape, '--force'], /is a tape/],
    [['ab', tape, ...servers, '--html', tape, '--force'], /--html .* is a tape/],
    [['aa', tape, '--target', 'http://127.0.0.1:9', '--markdown', tape], /--markdown .* is a tape/],
  ]);
  assert.deepEqual(readFileSync(tape), readFileSync(SAMPLE_TAPE));
});
