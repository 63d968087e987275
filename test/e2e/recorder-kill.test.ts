import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { openTape } from '../../src/store/tape-reader.ts';
import { eventually, httpCall } from '../helpers/http-call.ts';
import { startLocalServer } from '../helpers/local-server.ts';
import { childrenOf } from '../helpers/process-cpu.ts';
import { quickSimulator, REFERENCE_REQUEST } from '../helpers/quick-simulator.ts';
import { type RecorderCli, recorderCli } from '../helpers/recorder-cli.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

const folder = tempFolder();

/** The recorder is gone when the process that writes its tape has ended as well. */
async function killed({ recorder }: RecorderCli): Promise<void> {
  const writers = childrenOf(recorder.child.pid ?? 0);
  recorder.child.kill('SIGKILL');
  for (const pid of writers) process.kill(pid, 'SIGCONT');
  await once(recorder.child, 'exit');
  await eventually(() => !writers.some((pid) => existsSync(`/proc/${pid}`)));
}

/** A client that sends until its recorder is gone; notes which requests have ended. */
async function load(url: URL, next: () => number, ended: Set<string>) {
  for (;;) {
    const n = next();
    const path = `/v1/chat/completions?n=${n}`;
    try {
      await httpCall(new URL(path, url), {
        ...REFERENCE_REQUEST,
        stream: n % 2 === 0,
        max_tokens: 5 + (n % 40),
      });
    } catch {
      return;
    }
    ended.add(path);
  }
}

/** What is on a tape: outcomes by path, and how many records its one capture says that it lost. */
function onTape(path: string) {
  const db = new Database(path);
  assert.equal(db.pragma('integrity_check', { simple: true }), 'ok');
  db.close();
  const tape = openTape(path);
  const rows = new Map([...tape.exchanges()].map((exchange) => [exchange.path, exchange]));
  const [capture] = tape.captures();
  assert.equal(capture?.cleanClose, false);
  assert.notEqual(capture.endedAtMs, null);
  tape.close();
  return { rows, lost: capture.drops.write_failed ?? 0 };
}

const skip = process.platform !== 'linux' && 'processes are found in /proc';

for (const killAfterMs of [0, 430, 910]) {
  test(`killed ${killAfterMs} ms into its load the tape is sound; what had ended is on it, unfinished, or counted`, {
    skip,
  }, async () => {
    const { url: upstream } = await quickSimulator();
    const path = join(folder, `${killAfterMs}.sqlite`);
    const cli = await recorderCli(upstream, path);
    const ended = new Set<string>();
    let n = 0;
    const clients = Array.from({ length: 24 }, () => load(cli.url, () => ++n, ended));
    await eventually(() => ended.size > 20);
    await sleep(killAfterMs);
    await killed(cli);
    await Promise.all(clients);
    const { rows, lost } = onTape(path);
    const absent = [...ended].filter((key) => !rows.has(key));
    assert.ok(absent.length <= lost, `${absent.length} are on no tape, ${lost} are counted`);
    const whole = [...rows.values()].filter(({ outcome }) => outcome !== 'unfinished');
    assert.ok(rows.size + lost > 20);
    for (const { outcome, completionTokens, responseBodyId } of whole) {
      assert.equal(outcome, 'ok');
      assert.ok((completionTokens ?? 0) > 0 && responseBodyId !== null);
    }
  });
}

test('what a recorder that is killed had not handed over is counted on its tape', { skip }, async () => {
  const { url: upstream } = await quickSimulator();
  const path = join(folder, 'stalled.sqlite');
  const cli = await recorderCli(upstream, path);
  for (const pid of childrenOf(cli.recorder.child.pid ?? 0)) process.kill(pid, 'SIGSTOP');
  // Targets that are long: more than fits between the processes.
  const target = new URL(`${cli.chat.href}?${'x'.repeat(10_000)}`);
  const calls = Array.from({ length: 60 }, () => httpCall(target, REFERENCE_REQUEST));
  for (const { status } of await Promise.all(calls)) assert.equal(status, 200);
  await killed(cli);
  const tape = openTape(path);
  const [capture] = tape.captures();
  const rows = [...tape.exchanges()].length;
  tape.close();
  assert.ok(rows < 60, 'all fitted between the processes');
  assert.equal(rows + (capture?.drops.write_failed ?? 0), 60);
});

test('a recorder that is killed right after its tape was deleted leaves a tape that says what was lost', {
  skip,
}, async () => {
  const { url: upstream } = await quickSimulator();
  const path = join(folder, 'deleted.sqlite');
  const cli = await recorderCli(upstream, path);
  for (let n = 0; n < 3; n += 1) await httpCall(cli.chat, REFERENCE_REQUEST);
  rmSync(path);
  await killed(cli);
  const [name = ''] = readdirSync(folder).filter((file) => /^deleted-(lost|2)\.sqlite$/.test(file));
  assert.equal(onTape(join(folder, name)).lost, 3);
});

/** A recorder whose tape's writer was killed, and that goes on with another tape. */
async function withoutWriter(cli: RecorderCli, before: () => void = () => undefined): Promise<void> {
  const admin = await cli.recorder.says(/counts are at (\S+)\/metrics/);
  const writers = childrenOf(cli.recorder.child.pid ?? 0);
  for (const pid of writers) process.kill(pid, 'SIGSTOP');
  before();
  for (const pid of writers) process.kill(pid, 'SIGKILL');
  await cli.recorder.says(/the process that writes \S+ died/);
  await eventually(async () => (await httpCall(new URL('/readyz', admin))).status === 200);
}

test('what was in flight when its writer died is counted, also when the recorder is killed before it has handed it over', {
  skip,
}, async () => {
  const held: ServerResponse[] = [];
  const server = await startLocalServer((request, response) => {
    if (request.method === 'POST') held.push(response);
    else response.end();
  });
  const path = join(folder, 'in-flight.sqlite');
  const cli = await recorderCli(server.url, path, '--admin', '127.0.0.1:0');
  const calls = [1, 2, 3].map(() => httpCall(cli.chat, REFERENCE_REQUEST));
  await eventually(() => held.length === 3);
  await withoutWriter(cli);
  for (const response of held) response.end('{}');
  for (const { status } of await Promise.all(calls)) assert.equal(status, 200);
  await killed(cli);
  server.close();
  assert.equal(onTape(join(folder, 'in-flight-2.sqlite')).lost, 3);
});

test('a tape that is moved right before its writer is killed is whole where it is', { skip }, async () => {
  const { url: upstream } = await quickSimulator();
  const [path, moved] = [join(folder, 'renamed.sqlite'), join(folder, 'renamed-moved.sqlite')];
  const cli = await recorderCli(upstream, path, '--admin', '127.0.0.1:0');
  for (let n = 0; n < 3; n += 1) await httpCall(cli.chat, REFERENCE_REQUEST);
  const isOnTape = (): boolean => {
    const tape = openTape(path);
    const ended = [...tape.exchanges()].filter(({ outcome }) => outcome === 'ok').length;
    tape.close();
    return ended === 3;
  };
  await eventually(isOnTape);
  await withoutWriter(cli, () => renameSync(path, moved));
  await cli.stop();
  const tape = openTape(moved);
  assert.deepEqual(
    [...tape.exchanges()].map(({ outcome }) => outcome),
    ['ok', 'ok', 'ok'],
  );
  tape.close();
});

test('a tape whose recorder was killed can be recorded on', async () => {
  const { url: upstream } = await quickSimulator();
  const path = join(folder, '0.sqlite');
  const { chat, stop } = await recorderCli(upstream, path, '--append');
  await httpCall(chat, REFERENCE_REQUEST);
  await stop();
  const tape = openTape(path);
  assert.deepEqual(
    tape.captures().map(({ cleanClose }) => cleanClose),
    [false, true],
  );
  tape.close();
});

test('a signal to all processes of a recorder ends it in order, as one to it alone does', {
  skip,
}, async () => {
  const { url: upstream } = await quickSimulator();
  const path = join(folder, 'signals.sqlite');
  const { recorder, chat, stop } = await recorderCli(upstream, path);
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT'] as const)
    for (const pid of childrenOf(recorder.child.pid ?? 0)) process.kill(pid, signal);
  await httpCall(chat, REFERENCE_REQUEST);
  await stop();
});
