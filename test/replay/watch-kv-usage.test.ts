import assert from 'node:assert/strict';
import { test } from 'node:test';
import { watchKvUsage } from '../../src/replay/watch-kv-usage.ts';
import { eventually } from '../helpers/http-call.ts';
import { startLocalServer } from '../helpers/local-server.ts';

test('the fullest that was seen; a server that does not say is passed over', async (t) => {
  let asked = 0;
  const server = await startLocalServer((request, response) => {
    asked += 1;
    if (request.headers.authorization !== 'Bearer k') response.statusCode = 401;
    response.end('vllm:kv_cache_usage_perc{engine="0"} 0.25\nvllm:kv_cache_usage_perc{engine="1"} 0.5\n');
  });
  t.after(() => server.close());
  const [known, stranger] = [['authorization', 'Bearer k'], []].map((headers) =>
    watchKvUsage(server.url.origin, headers, null, 0),
  );
  await eventually(() => asked === 2 && known?.most() !== null, 10_000);
  assert.deepEqual([known?.most(), stranger?.most()], [0.5, null]);
  known?.stop();
  stranger?.stop();
});

test('stopped while it asks, it asks no more', async (t) => {
  let asked = 0;
  const server = await startLocalServer(() => {
    asked += 1;
  });
  t.after(() => server.close());
  const watch = watchKvUsage(server.url.origin, [], null, 0);
  await eventually(() => asked === 1, 10_000);
  watch.stop();
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.deepEqual([watch.most(), asked], [null, 1]);
});
