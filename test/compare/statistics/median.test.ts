import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { median } from '../../../src/compare/statistics/median.ts';

test('the middle, or the mean of the two in the middle; the argument is left alone', () => {
  const values = [5, 1, 3];
  assert.equal(median(values), 3);
  assert.deepEqual(values, [5, 1, 3]);
  assert.equal(median(Float64Array.of(4, 1, 3, 2)), 2.5);
  assert.ok(Number.isNaN(median([])));
});

test('changing the sign of all values changes only the sign of the median', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1 }), (values) => {
      assert.equal(median(values.map((x) => -x)) + median(values), 0);
    }),
  );
});
