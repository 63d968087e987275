import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBurstPause } from '../../../src/replay/engine/burst-pause.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('reads close to each other make the thread sleep once a turn of its loop, lone ones never', async () => {
  const slept: number[] = [];
  const pause = createBurstPause((ms) => slept.push(ms));
  for (const atUs of [0, 200, 1_000, 50_000]) pause.onRead(atUs);
  await turn();
  assert.deepEqual(slept, []);
  for (const atUs of [50_010, 50_020, 50_030]) pause.onRead(atUs);
  await turn();
  assert.deepEqual(slept, [0.15]);
  pause.onRead(50_120);
  await turn();
  assert.equal(slept.length, 2);
  for (let i = 0; i < 20; i++) pause.onRead(50_130 + i);
  await turn();
  assert.equal(slept.length, 2, 'who has much to read already does not sleep');
});

test('by itself it sleeps a fraction of a millisecond', async () => {
  const pause = createBurstPause();
  pause.onRead(0);
  pause.onRead(1);
  const before = performance.now();
  await turn();
  assert.ok(performance.now() - before > 0.1);
});
