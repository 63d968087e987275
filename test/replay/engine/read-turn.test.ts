import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createReadTurn } from '../../../src/replay/engine/read-turn.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('reads close to each other make the thread sleep once a turn of its loop, lone ones never', async () => {
  const slept: number[] = [];
  const reads = createReadTurn((ms) => slept.push(ms));
  for (const atUs of [0, 200, 1_000, 50_000]) reads.onRead(atUs);
  await turn();
  assert.deepEqual(slept, []);
  for (const atUs of [50_010, 50_020, 50_030]) reads.onRead(atUs);
  await turn();
  assert.deepEqual(slept, [0.15]);
  reads.onRead(50_120);
  await turn();
  assert.equal(slept.length, 2);
  for (let i = 0; i < 20; i++) reads.onRead(50_130 + i);
  await turn();
  assert.equal(slept.length, 2, 'who has much to read already does not sleep');
});

test('by itself it sleeps a fraction of a millisecond', async () => {
  const reads = createReadTurn();
  reads.onRead(0);
  reads.onRead(1);
  const before = performance.now();
  await turn();
  assert.ok(performance.now() - before > 0.1);
});

test('works are done after the reads of a turn, in order, a few in each turn', async () => {
  const slept: number[] = [];
  const reads = createReadTurn((ms) => slept.push(ms));
  const done: number[] = [];
  for (let i = 0; i < 20; i++) reads.afterReads(() => done.push(i));
  reads.onRead(0);
  reads.onRead(1);
  assert.deepEqual(done, []);
  const after: number[] = [];
  for (let i = 0; i < 3; i++) {
    await turn();
    after.push(done.length);
  }
  assert.deepEqual(after, [8, 16, 20]);
  assert.deepEqual(
    done,
    Array.from({ length: 20 }, (_, i) => i),
  );
  assert.deepEqual(slept, [], 'whoever has work does not sleep');
});

test('a work may add another, which waits for the next turn', async () => {
  const reads = createReadTurn();
  const done: string[] = [];
  reads.afterReads(() => {
    done.push('first');
    reads.afterReads(() => done.push('second'));
  });
  await turn();
  assert.deepEqual(done, ['first']);
  await turn();
  assert.deepEqual(done, ['first', 'second']);
});
