import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  carriedStats,
  NO_SAMPLE,
  percentile,
  SAMPLE_WANTED,
  sampleStats,
} from '../../src/measure/sample-stats.ts';

test('an empty sample has no figures, one value no deviation', () => {
  assert.deepEqual(sampleStats(new Float64Array(0)), NO_SAMPLE);
  assert.equal(sampleStats(Float64Array.of(3)).stdev, null);
});

test('mean, sample deviation and nearest ranks of a known sample', () => {
  const stats = sampleStats(Float64Array.of(2, 4, 4, 4, 5, 5, 7, 9));
  assert.equal(stats.mean, 5);
  assert.ok(Math.abs((stats.stdev ?? 0) - Math.sqrt(32 / 7)) < 1e-12);
  assert.deepEqual([stats.p50, stats.p90, stats.p95, stats.p99, stats.max], [4, 9, 9, 9, 9]);
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
      fc.constantFrom(50, 90, 95, 99),
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

test('what a percentile wants follows from MLPerf’s inequality, one value over', () => {
  // The least n with P(at most one of n values lies above the percentile) <= 1 %, by the binomial distribution.
  const least = (p: number): number => {
    const tail = (n: number): number => p ** n + n * p ** (n - 1) * (1 - p);
    let n = 2;
    while (tail(n) > 0.01) n += 1;
    return n;
  };
  assert.deepEqual(SAMPLE_WANTED, { p50: least(0.5), p90: least(0.9), p95: least(0.95), p99: least(0.99) });
});

test('outputs show no percentile that the sample does not carry', () => {
  const stats = (n: number): (number | null)[] => {
    const { p50, p90, p95, p99, max, count } = carriedStats(sampleStats(new Float64Array(n).fill(7)));
    return [p50, p90, p95, p99, max, count];
  };
  assert.deepEqual(stats(10), [null, null, null, null, 7, 10]);
  assert.deepEqual(stats(11), [7, null, null, null, 7, 11]);
  assert.deepEqual(stats(130), [7, 7, 7, null, 7, 130]);
  assert.deepEqual(stats(662), [7, 7, 7, 7, 7, 662]);
});
