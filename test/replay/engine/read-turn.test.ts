import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createReadTurn, type ReadTurn } from '../../../src/replay/engine/read-turn.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Tells of `count` reads from `fromUs` on, 10 µs apart. */
function readBurst(reads: ReadTurn, fromUs: number, count: number): void {
  for (let i = 0; i < count; i++) reads.onRead(fromUs + 10 * i);
}

test('in a large burst the thread sleeps once a turn of its loop; lone reads and small batches never make it', async () => {
  const slept: number[] = [];
  const reads = createReadTurn((ms) => slept.push(ms));
  for (const atUs of [0, 200, 1_000, 50_000]) reads.onRead(atUs);
  readBurst(reads, 60_000, 15);
  await turn();
  readBurst(reads, 70_000, 15);
  await turn();
  assert.deepEqual(slept, []);
  readBurst(reads, 70_150, 2);
  await turn();
  assert.deepEqual(slept, [], 'the turn in which it becomes one has read enough');
  readBurst(reads, 70_170, 3);
  await turn();
  assert.deepEqual(slept, [0.15]);
  readBurst(reads, 70_370, 3);
  await turn();
  assert.equal(slept.length, 2, 'a sleep does not end the burst');
  readBurst(reads, 70_600, 20);
  await turn();
  assert.equal(slept.length, 2, 'who has much to read already does not sleep');
  readBurst(reads, 90_000, 3);
  await turn();
  assert.equal(slept.length, 2, 'a new burst begins small');
});

test('by itself it sleeps a fraction of a millisecond', async () => {
  const reads = createReadTurn();
  readBurst(reads, 0, 20);
  await turn();
  readBurst(reads, 200, 1);
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
