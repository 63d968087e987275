import assert from 'node:assert/strict';
import { test } from 'node:test';
import { numpyPercentile, numpyStats } from '../../../src/measure/as/numpy-stats.ts';

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
