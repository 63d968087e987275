import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { assertRefused } from '../helpers/refusals.ts';
import { sampleTape } from '../helpers/sample-tape.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

test('a pipe, a device or a folder is refused in one sentence wherever a command reads a file', async () => {
  const folder = tempFolder();
  const tape = sampleTape(folder, 'tape.sqlite');
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  mkdirSync(join(folder, 'folder'));
  const key = join(folder, 'key.pem');
  writeFileSync(key, '-----BEGIN PRIVATE KEY-----');
  const target = ['--target', 'http://127.0.0.1:9'];
  const record = ['record', '--upstream', 'http://127.0.0.1:9', '--listen', '127.0.0.1:0'];
  const commands = (file: string): readonly (readonly string[])[] => [
    ['inspect', tape, '--config', file],
    ['replay', tape, ...target, '--ca', file],
    [...record, '--tls-cert', file, '--tls-key', key],
    [...record, '--tls-cert', key, '--tls-key', file],
    [...record, '--upstream-ca', file],
    ['simulate', '--profile-file', file],
    ['wrk', '-d1s', '-s', file, 'http://127.0.0.1:9/'],
    ['import', file, '--out', join(folder, 'new.sqlite')],
    ['inspect', file],
    ['merge', tape, file, '--out', join(folder, 'new.sqlite')],
  ];
  for (const file of [pipe, '/dev/zero', join(folder, 'folder')])
    await assertRefused(commands(file).map((argv) => [argv, new RegExp(`${file}`)]));
  await assertRefused([
    [['serve', pipe], /there is no folder or tape/],
    [['serve', '/dev/zero'], /there is no folder or tape/],
  ]);
});
