import assert from 'node:assert/strict';
import { test } from 'node:test';
import { weightedStats } from '../../../src/measure/as/weighted-stats.ts';

test('values weigh by what stands beside them; a percentile is the least value that reaches its share', () => {
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
