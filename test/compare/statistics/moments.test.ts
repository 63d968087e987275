import assert from 'node:assert/strict';
import { test } from 'node:test';
import { meanOf, moments } from '../../../src/compare/statistics/moments.ts';

test('mean and sample variance', () => {
  assert.deepEqual(moments([2, 4, 4, 4, 5, 5, 7, 9]), { n: 8, mean: 5, variance: 32 / 7 });
  assert.ok(Number.isNaN(meanOf([])));
});

test('one value has no variance', () => {
  assert.throws(() => moments([1]), RangeError);
});
