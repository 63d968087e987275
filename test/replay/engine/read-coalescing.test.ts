import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemTimers } from '../../../src/model/clock.ts';
import { createReadCoalescing, type ReadCoalescing } from '../../../src/replay/engine/read-coalescing.ts';
import { virtualTime } from '../../helpers/virtual-time.ts';

/** One thread in virtual time: `turn` lets its event loop turn once. */
function thread() {
  const time = virtualTime();
  const slept: number[] = [];
  const reads = createReadCoalescing(time, (ms) => slept.push(ms));
  return { reads, slept, turn: () => time.playUntil(time.nowUs() + 1) };
}

/** Tells of `count` reads from `fromUs` on, 10 µs apart. */
function readBurst(reads: ReadCoalescing, fromUs: number, count: number): void {
  for (let i = 0; i < count; i++) reads.onRead(fromUs + 10 * i);
}

test('in a large burst the thread sleeps once in each turn of its loop; single reads and small batches do not make it', () => {
  const { reads, slept, turn } = thread();
  for (const atUs of [0, 200, 1_000, 50_000]) reads.onRead(atUs);
  readBurst(reads, 60_000, 15);
  turn();
  readBurst(reads, 70_000, 15);
  turn();
  assert.deepEqual(slept, []);
  readBurst(reads, 70_150, 2);
  turn();
  assert.deepEqual(slept, [], 'the turn in which the burst becomes large has read enough');
  readBurst(reads, 70_170, 3);
  turn();
  assert.deepEqual(slept, [0.15]);
  readBurst(reads, 70_370, 3);
  turn();
  assert.equal(slept.length, 2, 'a sleep does not end the burst');
  readBurst(reads, 70_600, 20);
  turn();
  assert.equal(slept.length, 2, 'a thread that has much to read already does not sleep');
  readBurst(reads, 90_000, 3);
  turn();
  assert.equal(slept.length, 2, 'a new burst begins small');
});

test('the system sleeps too, and continues', async () => {
  const reads = createReadCoalescing(systemTimers);
  readBurst(reads, 0, 20);
  await new Promise<void>(systemTimers.soon);
  readBurst(reads, 200, 1);
  await new Promise<void>(reads.afterReads);
});

test('work is done after the reads of a turn, in order, a few pieces in each turn', () => {
  const { reads, slept, turn } = thread();
  const done: number[] = [];
  for (let i = 0; i < 20; i++) reads.afterReads(() => done.push(i));
  reads.onRead(0);
  reads.onRead(1);
  assert.deepEqual(done, []);
  for (const count of [8, 16, 20]) {
    turn();
    assert.deepEqual(
      done,
      Array.from({ length: count }, (_, i) => i),
    );
  }
  assert.deepEqual(slept, [], 'a thread that has work does not sleep');
});

test('a piece of work may add another, which waits for the next turn', () => {
  const { reads, turn } = thread();
  const done: string[] = [];
  reads.afterReads(() => {
    done.push('first');
    reads.afterReads(() => done.push('second'));
  });
  turn();
  assert.deepEqual(done, ['first']);
  turn();
  assert.deepEqual(done, ['first', 'second']);
});
