import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  createDistribution,
  distributionOf,
  ecdf,
  logBins,
  mergeDistributions,
  quantile,
  sufficientPercentile,
} from '../../src/measure/distribution.ts';
import { percentile } from '../../src/measure/sample.ts';

/** Counted value by value, and found in the sorted sample. */
function distributed(values: readonly number[]) {
  const distribution = createDistribution();
  for (const value of values) distribution.add(value);
  const rising = Float64Array.from(values).sort();
  const figures = distribution.figures();
  assert.deepEqual(
    distributionOf(rising.length, (place) => rising[place] ?? 0),
    figures,
  );
  return figures;
}

test('quantiles are within 0.05 % of the exact ones', () => {
  const values = fc.array(fc.double({ min: 0.002, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 300 });
  fc.assert(
    fc.property(values, fc.integer({ min: 1, max: 100 }), (sample, p) => {
      const exact = percentile(Float64Array.from(sample).sort(), p) ?? 0;
      const found = quantile(distributed(sample), p / 100) ?? 0;
      assert.ok(Math.abs(found / exact - 1) < 0.00051, `${found} against ${exact}`);
    }),
  );
});

test('what lies beyond the grid is counted at its edge; nothing has no quantile', () => {
  const { count, values } = distributed([-1, 0, 1e12]);
  assert.equal(count, 3);
  assert.equal(values.length, 2);
  assert.equal(quantile(distributed([]), 0.5), null);
  assert.deepEqual(ecdf(distributed([])), []);
});

test('runs together are as if they had been one', () => {
  const [a, b] = [
    [1, 2, 3, 10],
    [2, 500],
  ];
  assert.deepEqual(
    mergeDistributions([distributed(a ?? []), distributed(b ?? [])]),
    distributed([...(a ?? []), ...(b ?? [])]),
  );
});

test('the distribution function is reduced to few points and keeps its tail', () => {
  const values = Array.from({ length: 100_000 }, (_, i) => 10 / (1 - i / 100_001));
  const points = ecdf(distributed(values));
  assert.ok(points.length < 300, `${points.length} points`);
  assert.equal(points.at(-1)?.share, 1);
  assert.ok(points.filter(({ share }) => share > 0.999 && share < 1).length >= 5);
  for (const [i, { value, share }] of points.entries()) {
    assert.ok(value > (points[i - 1]?.value ?? 0) && share > (points[i - 1]?.share ?? 0));
  }
});

test('bins of equal width on a logarithmic scale hold the whole sample, from its least value to its largest', () => {
  const distribution = createDistribution();
  for (const ms of [1, 10, 10, 100, 1_000]) distribution.add(ms);
  assert.deepEqual(logBins(distribution.figures(), 4), [1, 2, 1, 1]);
  const same = createDistribution();
  for (let i = 0; i < 3; i++) same.add(7);
  assert.deepEqual(logBins(same.figures(), 3), [3, 0, 0]);
  assert.deepEqual(logBins(createDistribution().figures(), 3), []);
});

test('a named percentile needs a sufficient sample', () => {
  const sample = distributed(Array.from({ length: 20 }, (_, i) => i + 1));
  assert.equal(sufficientPercentile(sample, 'p50'), quantile(sample, 0.5));
  assert.equal(sufficientPercentile(sample, 'p99'), null);
});
