import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { openTapeThread } from '../../../src/cli/tape-file.ts';
import { assertRefused } from '../../helpers/refusals.ts';
import { runCli } from '../../helpers/run-cli.ts';
import { SAMPLE_TAPE, sampleTape } from '../../helpers/sample-tape.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

const folder = tempFolder();

test('the text shows what is on the tape', async () => {
  const { code, stdout, stderr } = await runCli(['inspect', SAMPLE_TAPE]);
  assert.deepEqual([code, stderr], [0, '']);
  assert.match(stdout, /^requests {7}28, 16 streamed$/m);
  assert.match(stdout, /^prompt tokens per request\n {8}3–5 {2}█/m);
  assert.match(stdout, /^ 12 {2}after +2x8 +3 .* yes$/m);
});

test('--exchange shows one request, token by token', async () => {
  const { code, stdout } = await runCli(['inspect', SAMPLE_TAPE, '--exchange', '20']);
  assert.equal(code, 0);
  assert.match(stdout, /^Request 20 on /);
  assert.match(stdout, /^TTFT +[\d.]+ ms$/m);
  assert.match(stdout, /\nTokens over time\n-+\ntokens in each [\d.]+ (µs|ms)\n/);
  assert.match(stdout, /\nended after +wait\n/);
  await assertRefused([
    [['inspect', SAMPLE_TAPE, '--exchange', '99'], /no request 99 on .* counts 28/],
    [['inspect', SAMPLE_TAPE, '--exchange', '1', '--json'], /--exchange 1 is shown as text/],
  ]);
});

test('--lang zh is Chinese', async () => {
  const { stdout } = await runCli(['inspect', SAMPLE_TAPE, '--lang', 'zh']);
  assert.match(stdout, /^请求 +28 个，其中 16 个为流式$/m);
});

test('--json is one document of the documented shape', async () => {
  const { stdout } = await runCli(['inspect', SAMPLE_TAPE, '--json']);
  const document = JSON.parse(stdout);
  const { captures, exchanges, outcomes, drops, promptTokens, completionTokens } = document;
  assert.deepEqual(
    { captures, exchanges, outcomes, promptTokens, completionTokens },
    { captures: 1, exchanges: 28, outcomes: { ok: 28 }, promptTokens: 1336, completionTokens: 1212 },
  );
  assert.deepEqual(drops, { queue_full: 0, write_failed: 0 });
  assert.equal(document.runs.length, 12);
});

test('an empty tape can be inspected', async () => {
  const path = join(folder, 'empty.sqlite');
  await (await openTapeThread(path, 'create')).close();
  const { code, stdout } = await runCli(['inspect', path]);
  assert.equal(code, 0);
  assert.match(stdout, /^requests +0, 0 streamed$/m);
});

test('files that are not tapes: one sentence each, from every command that reads one', async () => {
  const newer = sampleTape(folder, 'newer.sqlite');
  const db = new Database(newer);
  db.pragma('user_version = 99');
  db.close();
  const other = join(folder, 'other.sqlite');
  new Database(other).exec('CREATE TABLE t (x)').close();
  const text = join(folder, 'text.sqlite');
  writeFileSync(text, 'hello, this is no database\n'.repeat(100));
  const empty = join(folder, 'nothing.sqlite');
  writeFileSync(empty, '');
  const directory = join(folder, 'directory.sqlite');
  mkdirSync(directory);
  const cases: readonly (readonly [string, RegExp])[] = [
    [join(folder, 'none.sqlite'), /there is no file .*none\.sqlite/],
    [newer, /newer\.sqlite .*(newer|99)/],
    [other, /other\.sqlite is .*no.* tape/],
    [text, /text\.sqlite is .*no.* tape/],
    [empty, /nothing\.sqlite is .*no.* tape/],
    [directory, /directory\.sqlite/],
  ];
  const commands = (path: string): string[][] => [
    ['inspect', path],
    ['replay', path, '--target', 'http://127.0.0.1:9'],
    ['compare', path, 'before', 'after'],
    ['report', path],
    ['ab', path, '--baseline', 'http://127.0.0.1:9', '--candidate', 'http://127.0.0.1:10'],
    ['aa', path, '--target', 'http://127.0.0.1:9'],
    ['budget', path],
    ['record', '--upstream', 'http://127.0.0.1:9', '--listen', '127.0.0.1:0', '--append', '--out', path],
  ];
  await assertRefused(cases.flatMap(([path, words]) => commands(path).map((argv) => [argv, words] as const)));
});
