import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { openTape } from '../../src/store/tape-reader.ts';
import { httpCall } from '../helpers/http-call.ts';
import { childrenOf } from '../helpers/process-cpu.ts';
import { quickSimulator, REFERENCE_REQUEST } from '../helpers/quick-simulator.ts';
import { recorderCli } from '../helpers/recorder-cli.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

const folder = tempFolder();
const { url: upstream } = await quickSimulator();

// How long clients wait is measured by test/bench/watchdog.ts.
test('streams end while the tape, stderr and a probe hang, and are on the tape when it resumes', {
  skip: process.platform !== 'linux' && 'processes are found in /proc',
}, async () => {
  const path = join(folder, 'stopped.sqlite');
  const { recorder, chat, stop } = await recorderCli(upstream, path, '--server-command', 'sleep 2');
  const others = childrenOf(recorder.child.pid ?? 0);
  assert.ok(others.length > 0);
  for (const pid of others) process.kill(pid, 'SIGSTOP');
  recorder.child.stderr?.pause();
  const calls = Array.from({ length: 60 }, () => httpCall(chat, { ...REFERENCE_REQUEST, stream: true }));
  for (const { status } of await Promise.all(calls)) assert.equal(status, 200);
  // None of them waited for this.
  for (const pid of others) process.kill(pid, 'SIGCONT');
  recorder.child.stderr?.resume();
  await stop();
  const reader = openTape(path);
  assert.equal([...reader.exchanges()].filter(({ outcome }) => outcome === 'ok').length, 60);
  reader.close();
});

test('streams end while a regular expression takes for ever; their bodies are not kept, their rows are', async () => {
  const path = join(folder, 'regex.sqlite');
  const { chat, stop } = await recorderCli(upstream, path, '--redact-pattern', '(a+)+b');
  const asked = { ...REFERENCE_REQUEST, messages: [{ role: 'user', content: 'a'.repeat(60) }] };
  const calls = Array.from({ length: 2 }, () => httpCall(chat, asked));
  for (const { status } of await Promise.all(calls)) assert.equal(status, 200);
  await stop();
  const reader = openTape(path);
  const kept = [...reader.exchanges()].map(({ outcome, requestBodyId }) => [outcome, requestBodyId]);
  assert.deepEqual(kept, Array(2).fill(['ok', null]));
  reader.close();
});
