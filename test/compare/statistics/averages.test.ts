import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { geometricMean, meanOf, median, moments } from '../../../src/compare/statistics/averages.ts';

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

test('mean and sample variance', () => {
  assert.deepEqual(moments([2, 4, 4, 4, 5, 5, 7, 9]), { n: 8, mean: 5, variance: 32 / 7 });
  assert.ok(Number.isNaN(meanOf([])));
});

test('one value has no variance', () => {
  assert.throws(() => moments([1]), RangeError);
});

test('geometric means', () => assert.ok(Math.abs(geometricMean([1, 100]) - 10) < 1e-12));
