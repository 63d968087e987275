import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { systemClock, systemTimers } from '../../src/model/clock.ts';

test('the clock never goes back and counts microseconds of the machine', () => {
  let last = systemClock.nowUs();
  for (let i = 0; i < 10_000; i++) {
    const now = systemClock.nowUs();
    assert.ok(now >= last);
    last = now;
  }
  assert.ok(Math.abs(systemClock.nowUs() - Number(process.hrtime.bigint()) / 1e3) < 5_000);
});

test('another thread reads the same clock', async () => {
  const clockUrl = new URL('../../src/model/clock.ts', import.meta.url).href;
  const code = `import { parentPort } from 'node:worker_threads';
    const { systemClock } = await import(${JSON.stringify(clockUrl)});
    parentPort.postMessage(systemClock.nowUs());`;
  const before = systemClock.nowUs();
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`));
  const [inside] = await once(worker, 'message');
  const after = systemClock.nowUs();
  // The origins are measured once a thread: they agree to well under a millisecond.
  assert.ok(inside > before - 1000 && inside < after + 1000, `${before} ${inside} ${after}`);
});

test('a wait beyond what the system takes at once does not end at once', async () => {
  let calls = 0;
  const long = systemTimers.after(2 ** 31, () => {
    calls += 1;
  });
  await new Promise<void>((resolve) => systemTimers.after(5, resolve));
  await new Promise<void>(systemTimers.soon);
  systemTimers.cancel(long);
  assert.equal(calls, 0);
});
