import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { keepYoungHeapsSmall } from '../../src/cli/heap-size.ts';

/** Makes objects of which many survive their first collections, as those of requests in flight do. */
const CHURN = `
  const kept = [];
  for (let i = 0; i < 1_000_000; i++) kept[i % 50_000] = { i, list: [i] };
  const young = require('node:v8').getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
  require('node:worker_threads').parentPort.postMessage(young.space_size);
`;

/** Size of a new heap's young generation after much has survived, bytes. */
async function youngHeapAfterChurn(): Promise<number> {
  const [bytes] = await once(new Worker(CHURN, { eval: true }), 'message');
  return bytes as number;
}

test('the young generation stays as small as it begins, whatever survives', async () => {
  const usual = await youngHeapAfterChurn();
  keepYoungHeapsSmall();
  const small = await youngHeapAfterChurn();
  // The flag is the process's, which other tests may share.
  setFlagsFromString('--semi-space-growth-factor=2');
  setFlagsFromString('--min-semi-space-size=0');
  assert.ok(usual > 16 * 2 ** 20, `${usual} bytes without it`);
  assert.equal(small, 4 * 2 ** 20);
});
