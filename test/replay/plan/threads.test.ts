import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { threadsOfConnections } from '../../../src/replay/plan/threads.ts';

test('every connection has a thread, every thread has wrk share of connections or one more', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), fc.nat(300), (threads, more) => {
      const connections = threads + more;
      const owners = threadsOfConnections({ threads, connections });
      assert.equal(owners.length, connections);
      const counts = new Array<number>(threads).fill(0);
      for (const owner of owners) counts[owner] = (counts[owner] ?? 0) + 1;
      const share = Math.floor(connections / threads);
      assert.ok(counts.every((count) => count === share || count === share + 1));
      assert.deepEqual(
        owners,
        [...owners].sort((a, b) => a - b),
        'threads own consecutive connections',
      );
    }),
  );
});

test('the cells of the matrix', () => {
  assert.deepEqual(threadsOfConnections({ threads: 3, connections: 4 }), [0, 0, 1, 2]);
  assert.deepEqual(threadsOfConnections({ threads: 2, connections: 4 }), [0, 0, 1, 1]);
});

test("with wrk's semantics its remainder is lost too", () => {
  assert.deepEqual(threadsOfConnections({ threads: 3, connections: 10 }, 'wrk'), [0, 0, 0, 1, 1, 1, 2, 2, 2]);
  for (const [threads, connections] of [
    [10, 20],
    [10, 100],
    [100, 100],
    [100, 200],
  ] as const) {
    const cell = { threads, connections };
    assert.deepEqual(threadsOfConnections(cell, 'wrk'), threadsOfConnections(cell), 'nothing to lose');
  }
});

test('fewer connections than threads are refused', () => {
  assert.throws(
    () => threadsOfConnections({ threads: 10, connections: 9 }),
    /9 connections cannot feed 10 threads/,
  );
});
