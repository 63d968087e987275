import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hodgesLehmann, outliers } from '../../../src/compare/statistics/averages.ts';
import { mostOutlying, pValue } from '../../../src/compare/statistics/difference.ts';

test('a pair far from the others is named', () => {
  assert.deepEqual(outliers([0.01, 0.02, 0.015, 0.3, 0.012, 0.018]), [3]);
  assert.deepEqual(outliers([0.01, 0.02, 0.015, 0.03, 0.012, 0.018]), []);
});

test('few pairs, and pairs that are mostly equal, have no outliers', () => {
  assert.deepEqual(outliers([0.01, 0.011, 0.012, 0.3]), []);
  assert.deepEqual(outliers([0, 0, 0, 0, 0.1, 0.2]), []);
});

test('the median of Walsh averages: one wild pair in six hardly moves it', () => {
  assert.equal(hodgesLehmann([1, 5]), 3);
  // 1, 1.5, 2, 2, 2.5, 3 of 1, 2, 3.
  assert.equal(hodgesLehmann([1, 2, 3]), 2);
  const calm = [0.01, 0.02, 0.015, 0.013, 0.012, 0.018];
  const wild = calm.with(3, 10);
  assert.ok(Math.abs(hodgesLehmann(wild) - hodgesLehmann(calm)) < 0.003);
});

test('the most outlying value: by the prediction interval of the others, corrected for having been chosen', () => {
  // Four others with mean 3 and variance 8/3: t = 7 / √(8/3 · 5/4) with 3 degrees of freedom, times five.
  const { index, p } = mostOutlying([1, 3, 10, 5, 3]) ?? assert.fail();
  const one = pValue({ estimate: 7, standardError: Math.sqrt((8 / 3) * 1.25), df: 3 });
  assert.deepEqual([index, p], [2, 5 * one]);
  assert.equal(mostOutlying([1, 2, 99]), null);
});
