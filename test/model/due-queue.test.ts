import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createDueQueue } from '../../src/model/due-queue.ts';

test('property: what comes out is what went in, by instant, equal instants in order of arrival', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20)), (dues) => {
      const queue = createDueQueue<number>();
      dues.forEach((dueUs, i) => {
        queue.push(dueUs, i);
      });
      const out: number[] = [];
      for (let first = queue.take(20); first !== null; first = queue.take(20)) out.push(first.item);
      const wanted = dues.map((_, i) => i).sort((a, b) => (dues[a] ?? 0) - (dues[b] ?? 0) || a - b);
      assert.deepEqual(out, wanted);
    }),
  );
});

test('nothing is given before it is due', () => {
  const queue = createDueQueue<string>();
  queue.push(30, 'later');
  queue.push(10, 'soon');
  assert.equal(queue.take(9), null);
  assert.deepEqual([queue.nextDueUs(), queue.take(10)?.item, queue.nextDueUs()], [10, 'soon', 30]);
  assert.equal(queue.take(29), null);
  queue.clear();
  assert.deepEqual([queue.length, queue.nextDueUs(), queue.take(99)], [0, null, null]);
});
