import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { carriesPercentile, percentile, sampleStats } from '../../src/measure/sample-stats.ts';

test('an empty sample has no figures, one value no deviation', () => {
  assert.deepEqual(sampleStats(new Float64Array(0)), {
    mean: null,
    stdev: null,
    p50: null,
    p90: null,
    p99: null,
    max: null,
    count: 0,
  });
  assert.equal(sampleStats(Float64Array.of(3)).stdev, null);
});

test('mean, sample deviation and nearest ranks of a known sample', () => {
  const stats = sampleStats(Float64Array.of(2, 4, 4, 4, 5, 5, 7, 9));
  assert.equal(stats.mean, 5);
  assert.ok(Math.abs((stats.stdev ?? 0) - Math.sqrt(32 / 7)) < 1e-12);
  assert.deepEqual([stats.p50, stats.p90, stats.p99, stats.max], [4, 9, 9, 9]);
  const hundred = Float64Array.from({ length: 100 }, (_, i) => i + 1);
  assert.deepEqual(
    [percentile(hundred, 50), percentile(hundred, 99), percentile(hundred, 100)],
    [50, 99, 100],
  );
});

test('a percentile is a value of the sample with at least p % at or below it, and none smaller is', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ noNaN: true }), { minLength: 1, maxLength: 300 }),
      fc.constantFrom(50, 90, 99),
      (values, p) => {
        const sorted = Float64Array.from(values).sort();
        const found = percentile(sorted, p) ?? Number.NaN;
        const below = sorted.filter((x) => x < found).length;
        const upTo = sorted.filter((x) => x <= found).length;
        assert.ok(upTo * 100 >= p * sorted.length);
        assert.ok(below * 100 < p * sorted.length);
      },
    ),
  );
});

test('a p99 wants 662 requests', () => {
  assert.deepEqual(
    [661, 662].map((n) => carriesPercentile('p99', n)),
    [false, true],
  );
});
