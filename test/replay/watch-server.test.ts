import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { watchEveryMs, watchServer } from '../../src/replay/watch-server.ts';
import { eventually } from '../helpers/http-call.ts';
import { startLocalServer } from '../helpers/local-server.ts';
import { type VirtualTime, virtualTime } from '../helpers/virtual-time.ts';

const PLAN = { headers: ['authorization', 'Bearer k'], startedUs: 5e6, everyMs: 1_000 };

/** Lets the clock go to the next question, and waits until its answer has been read. */
async function look(time: VirtualTime, untilUs: number): Promise<void> {
  time.playUntil(untilUs);
  await eventually(() => time.waiting === 1);
}

test('the load at half a second and then every second, on the clock of the run; a page that does not come is a gap', async (t) => {
  const running = [3, null, 8];
  let asked = 0;
  const server = await startLocalServer((request, response) => {
    const now = running[asked++] ?? null;
    response.statusCode = now === null || request.headers.authorization !== 'Bearer k' ? 503 : 200;
    response.end(
      `vllm:num_requests_running{engine="0"} ${now}\nvllm:num_requests_waiting{engine="0"} 2.0\nvllm:kv_cache_usage_perc{engine="0"} 0.25\n`,
    );
  });
  t.after(() => server.close());
  const time = virtualTime(4e6);
  const watch = watchServer(server.url.origin, PLAN, time);
  time.playUntil(5.499e6);
  assert.equal(asked, 0);
  for (const atUs of [5.5e6, 6.5e6, 7.5e6]) await look(time, atUs);
  assert.deepEqual(watch.samples(), [
    { atMs: 500, running: 3, waiting: 2, kvCacheUsage: 0.25 },
    { atMs: 1_500, running: null, waiting: null, kvCacheUsage: null },
    { atMs: 2_500, running: 8, waiting: 2, kvCacheUsage: 0.25 },
  ]);
  watch.stop();
  assert.equal(time.waiting, 0);
});

test('stopped while it asks, it asks no more and keeps no gap', async (t) => {
  const server = await startLocalServer(() => undefined);
  t.after(() => server.close());
  const time = virtualTime(5e6);
  const watch = watchServer(server.url.origin, PLAN, time);
  const asked = once(server.server, 'request');
  time.playUntil(5.5e6);
  const [, response] = await asked;
  const gone = once(response, 'close');
  watch.stop();
  await gone;
  await new Promise(setImmediate);
  assert.equal(time.waiting, 0);
  assert.deepEqual(watch.samples(), []);
});

test('a page that was late is asked for once, not again for each that was due meanwhile', async (t) => {
  const time = virtualTime(5e6);
  let asked = 0;
  const server = await startLocalServer((_request, response) => {
    asked += 1;
    if (asked === 1) time.spend(4e6);
    response.end('vllm:num_requests_running 1\n');
  });
  t.after(() => server.close());
  const watch = watchServer(server.url.origin, PLAN, time);
  await look(time, 5.5e6);
  assert.equal(watch.samples()[0]?.atMs, 2_500, 'half-way between question and answer');
  await look(time, time.nowUs() + 1e3);
  assert.equal(asked, 2);
  await look(time, time.nowUs() + 1e6);
  assert.deepEqual([asked, watch.samples().length], [3, 3]);
  watch.stop();
});

test('with more samples than are kept every second one goes, and the server is asked half as often', async (t) => {
  const server = await startLocalServer(
    (_request, response) => void response.end('vllm:num_requests_running 1\n'),
  );
  t.after(() => server.close());
  const time = virtualTime(5e6);
  const watch = watchServer(server.url.origin, { ...PLAN, most: 4 }, time);
  for (const atMs of [500, 1_500, 2_500, 3_500, 5_500, 7_500]) await look(time, 5e6 + atMs * 1e3);
  assert.deepEqual(
    watch.samples().map(({ atMs }) => atMs),
    [500, 5_500],
  );
  watch.stop();
});

test('twenty times in a short run, at most every quarter of a second, else every second', () => {
  assert.deepEqual([null, 1.5e6, 10e6, 60e6].map(watchEveryMs), [1_000, 250, 500, 1_000]);
});
