import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createAgenda } from '../../src/simulate/agenda.ts';

test('the earliest comes first, and of one instant the one that came first', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20 })), fc.nat(5), (instants, takenBetween) => {
      const agenda = createAgenda<number>();
      const expected: { atUs: number; item: number }[] = [];
      const taken: { atUs: number; item: number }[] = [];
      const order = (): unknown => expected.sort((a, b) => a.atUs - b.atUs || a.item - b.item);
      const take = (): void => {
        const next = agenda.take();
        if (next !== null) taken.push({ atUs: next.atUs, item: next.item });
      };
      for (const [item, atUs] of instants.entries()) {
        agenda.add(atUs, item);
        expected.push({ atUs, item });
        order();
        assert.equal(agenda.nextUs(), expected[0]?.atUs);
        if (takenBetween > 0 && item % takenBetween === 0) {
          take();
          assert.deepEqual(taken.pop(), expected.shift());
        }
      }
      for (let i = expected.length; i > 0; i--) take();
      assert.deepEqual(taken, expected);
      assert.deepEqual([agenda.nextUs(), agenda.take()], [null, null]);
    }),
  );
});
