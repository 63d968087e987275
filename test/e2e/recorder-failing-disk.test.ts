import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import Database from 'better-sqlite3';
import { openTape } from '../../src/store/tape-reader.ts';
import { eventually, httpCall } from '../helpers/http-call.ts';
import { quickSimulator, REFERENCE_REQUEST } from '../helpers/quick-simulator.ts';
import { recorderCli } from '../helpers/recorder-cli.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

const folder = tempFolder();

/** Some twenty kilobytes that do not compress, so that a small disk fills at once. */
function bigRequest(): object {
  const noise = Array.from({ length: 2_000 }, () => Math.random().toString(36).slice(2)).join(' ');
  return { ...REFERENCE_REQUEST, messages: [{ role: 'user', content: noise }], max_tokens: 2 };
}

/** A file system of two megabytes, where the machine allows to mount one. */
function smallDisk(): string | null {
  const path = mkdtempSync(join(tmpdir(), 'reprise-disk-'));
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', path]);
  after(() => {
    if (status === 0) spawnSync('umount', [path]);
    rmSync(path, { recursive: true });
  });
  return status === 0 ? path : null;
}

async function record(path: string, ...options: readonly string[]) {
  const { url: upstream } = await quickSimulator();
  const { recorder, chat, stop } = await recorderCli(upstream, path, '--admin', '127.0.0.1:0', ...options);
  const admin = await recorder.says(/counts are at (\S+)\/metrics/);
  const metric = async (series: string): Promise<number> => {
    const { text } = await httpCall(new URL('/metrics', admin));
    const line = text.split('\n').find((candidate) => candidate.startsWith(`${series} `));
    return Number(line?.slice(series.length + 1) ?? 0);
  };
  return { recorder, chat, admin, metric, stop };
}

const LOST = 'reprise_dropped_total{reason="write_failed"}';

// Mounting wants root; without it the same is tested with an injected SQLITE_FULL in test/store/record-batch.test.ts.
const disk = smallDisk();
const disk2 = smallDisk();

test('a full disk: traffic continues, the loss is counted and reported, and recording resumes when there is room again', {
  skip: disk === null && 'this machine does not allow to mount a small disk',
}, async () => {
  const path = join(disk ?? '', 'full.sqlite');
  const ballast = join(disk ?? '', 'ballast');
  const { recorder, chat, metric, stop } = await record(path);
  writeFileSync(ballast, Buffer.alloc(1_000_000));
  const began = performance.now();
  let sent = 0;
  const send = async (): Promise<void> => {
    assert.equal((await httpCall(chat, bigRequest())).status, 200, 'the client never notices');
    sent += 1;
  };
  while ((await metric(LOST)) === 0) await send();
  for (let i = 0; i < 5; i++) await send();
  assert.match(
    recorder.stderr(),
    /\d+ records could not be written to .*full\.sqlite: database or disk is full/,
  );
  const told = recorder.stderr().match(/could not be written/g)?.length ?? 0;
  const seconds = (performance.now() - began) / 1e3;
  assert.ok(told <= seconds + 1, `once a second at most: ${told} times in ${seconds} s`);

  rmSync(ballast);
  await recorder.says(/(full\.sqlite can be written again)/);
  const lost = await metric(LOST);
  for (let i = 0; i < 3; i++) await send();
  const { stderr } = await stop(4);
  assert.match(stderr, new RegExp(`full\\.sqlite is not complete: ${lost} records could not be written`));

  const tape = openTape(path);
  const exchanges = [...tape.exchanges()];
  const [capture] = tape.captures();
  tape.close();
  assert.equal(capture?.cleanClose, true);
  const complete = exchanges.filter(({ outcome }) => outcome === 'ok').length;
  assert.equal(complete + (capture?.drops.write_failed ?? 0), sent, 'what is not there was counted');
  assert.equal(capture?.drops.write_failed, lost);
  assert.deepEqual(
    exchanges.slice(-3).map(({ outcome }) => outcome),
    ['ok', 'ok', 'ok'],
  );
});

test('--fail-closed refuses what cannot be recorded with 503, lets the rest pass, and recovers', {
  skip: disk2 === null && 'this machine does not allow to mount a small disk',
}, async () => {
  const path = join(disk2 ?? '', 'closed.sqlite');
  const ballast = join(disk2 ?? '', 'ballast');
  const { chat, admin, stop } = await record(path, '--fail-closed');
  const ready = async () => (await httpCall(new URL('/readyz', admin))).status;
  assert.equal(await ready(), 200);
  writeFileSync(ballast, Buffer.alloc(1_000_000));
  let answer = { status: 200, text: '' };
  let answered = -1;
  while (answer.status === 200) {
    answered += 1;
    answer = await httpCall(chat, bigRequest());
  }
  assert.equal(answer.status, 503);
  assert.match(
    JSON.parse(answer.text).error.message,
    /cannot be recorded: the (tape cannot be written|disk of the tape is nearly full)/,
  );
  assert.equal(await ready(), 503);
  assert.equal((await httpCall(new URL('/v1/models', chat))).status, 200, 'what is not recorded passes');
  rmSync(ballast);
  await eventually(async () => (await ready()) === 200);
  assert.equal((await httpCall(chat, REFERENCE_REQUEST)).status, 200);
  await stop();
  const tape = openTape(path);
  assert.equal([...tape.exchanges()].filter(({ outcome }) => outcome === 'ok').length, answered + 1);
  tape.close();
});

test('a tape locked by another program: traffic continues, and waiting records are written when the lock is gone', async () => {
  const path = join(folder, 'locked.sqlite');
  const { chat, metric, stop } = await record(path);
  const other = new Database(path);
  other.exec('BEGIN IMMEDIATE');
  for (let i = 0; i < 5; i++) assert.equal((await httpCall(chat, REFERENCE_REQUEST)).status, 200);
  assert.ok((await metric('reprise_queue_bytes')) > 0);
  other.exec('ROLLBACK');
  other.close();
  await eventually(async () => (await metric('reprise_queue_bytes')) === 0);
  await stop();
  const tape = openTape(path);
  const outcomes = [...tape.exchanges()].map(({ outcome }) => outcome);
  tape.close();
  assert.deepEqual(outcomes, ['ok', 'ok', 'ok', 'ok', 'ok']);
});

test('a queue that is too small: records are dropped, counted, and the tape says how many', async () => {
  const path = join(folder, 'queue.sqlite');
  const { chat, metric, stop } = await record(path, '--queue-bytes', '1KB');
  for (let i = 0; i < 4; i++) assert.equal((await httpCall(chat, REFERENCE_REQUEST)).status, 200);
  assert.equal(await metric('reprise_dropped_total{reason="queue_full"}'), 4);
  await stop(4);
  const tape = openTape(path);
  assert.deepEqual([tape.exchangeCount(), tape.captures()[0]?.drops], [0, { queue_full: 4 }]);
  tape.close();
});
