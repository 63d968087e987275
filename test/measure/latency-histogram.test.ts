import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLatencyHistogram } from '../../src/measure/latency-histogram.ts';

test('percentiles come within the grid of 0.1 %', () => {
  const histogram = createLatencyHistogram();
  assert.equal(histogram.percentile(50), null);
  for (let ms = 1; ms <= 10_000; ms++) histogram.record(ms);
  assert.equal(histogram.count, 10_000);
  for (const [p, ms] of [
    [50, 5_000],
    [99, 9_900],
  ] as const) {
    assert.ok(Math.abs((histogram.percentile(p) ?? 0) / ms - 1) < 0.002);
  }
});

test('values beyond the range are counted at its edges instead of failing', () => {
  const histogram = createLatencyHistogram();
  histogram.record(-5);
  histogram.record(1e12);
  assert.equal(histogram.count, 2);
  assert.ok((histogram.percentile(100) ?? 0) >= 3_600_000);
});
