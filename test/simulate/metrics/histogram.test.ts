import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHistogram, cumulativeCounts, observe } from '../../../src/simulate/metrics/histogram.ts';

test('a value counts at the first edge that it does not exceed, and in all cumulative counts after', () => {
  const histogram = createHistogram([1, 2, 5]);
  for (const value of [0.5, 1, 1.5, 5, 6, 100]) observe(histogram, value);
  assert.deepEqual(histogram.counts, [2, 1, 1, 2]);
  assert.deepEqual(cumulativeCounts(histogram), [2, 3, 4, 6]);
  assert.deepEqual([histogram.sum, histogram.count], [114, 6]);
});
