import assert from 'node:assert/strict';
import { test } from 'node:test';
import { numpyPercentile, numpyStats, weightedStats } from '../../../src/measure/as/tool-stats.ts';

test('mean, population deviation and percentiles as numpy gives them', () => {
  // numpy: a = [1, 2, 4, 8]; a.mean(), a.std(), percentile(a, [50, 90, 99])
  const stats = numpyStats(Float64Array.of(1, 2, 4, 8));
  assert.deepEqual([stats.mean, stats.min, stats.max, stats.count], [3.75, 1, 8, 4]);
  assert.ok(Math.abs((stats.std ?? 0) - 2.680951323690902) < 1e-12);
  assert.ok(Math.abs((stats.p50 ?? 0) - 3) < 1e-12);
  assert.ok(Math.abs((stats.p90 ?? 0) - 6.8) < 1e-12);
  assert.ok(Math.abs((stats.p99 ?? 0) - 7.88) < 1e-12);
});

test('one value is every percentile, none has none', () => {
  assert.equal(numpyPercentile(Float64Array.of(5), 99), 5);
  assert.equal(numpyPercentile(new Float64Array(0), 50), null);
  assert.equal(numpyStats(new Float64Array(0)).mean, null);
});

test('values have weights; a percentile is the least value that reaches its share', () => {
  const stats = weightedStats([
    [10, 1],
    [20, 3],
    [30, 0],
    [20, 4],
    [100, 2],
  ]);
  assert.ok(Math.abs(stats.mean - 35) < 1e-12);
  // 0.1 × 25² + 0.7 × 15² + 0.2 × 65²
  assert.ok(Math.abs(stats.std - Math.sqrt(1065)) < 1e-12);
  assert.deepEqual([stats.min, stats.median, stats.p95, stats.max], [10, 20, 100, 100]);
});

test('equal weights and an even number: the lower of the two in the middle', () => {
  const values = [1, 2, 3, 4].map((value) => [value, 1] as const);
  assert.equal(weightedStats(values).median, 2);
});

test('nothing is zero, as guidellm has it', () => {
  assert.deepEqual(weightedStats([[5, 0]]), { mean: 0, median: 0, std: 0, min: 0, max: 0, p95: 0, p99: 0 });
});
