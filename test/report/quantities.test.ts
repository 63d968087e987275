import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  bytes,
  change,
  duration,
  PERCENTILE_NOTE,
  percentileOf,
  rate,
  share,
  whole,
} from '../../src/report/quantities.ts';

test('durations take the unit that suits', () => {
  assert.deepEqual([0.25, 38.32, 108.42, 3074, 125_000, null].map(duration), [
    '250 µs',
    '38.3 ms',
    '108 ms',
    '3.07 s',
    '2.1 min',
    '–',
  ]);
});

test('a percentile of too few requests is a dash, and the note says how many it wants', () => {
  const stats = { mean: 1, stdev: 0, p50: 10, p90: 10, p95: 10, p99: 10, max: 10, count: 100 };
  assert.equal(percentileOf(stats, 'p90'), '10.0 ms');
  assert.equal(percentileOf(stats, 'p95'), '–');
  assert.equal(percentileOf(stats, 'p99'), '–');
  assert.match(PERCENTILE_NOTE, /a p50 wants 11, a p90 64, a p95 130, a p99 662\./);
});

test('rates, bytes, counts, shares and changes', () => {
  assert.deepEqual([share(0.983), share(1), share(null)], ['98.3 %', '100.0 %', '–']);
  assert.deepEqual([rate(6.344), rate(12_345.6), rate(null)], ['6.34', '12346', '–']);
  assert.deepEqual([bytes(512), bytes(4854), bytes(3 * 1024 ** 3)], ['512 B', '4.74 KB', '3.00 GB']);
  assert.deepEqual([whole(1234567), whole(null)], ['1,234,567', '–']);
  assert.deepEqual([change(1.042), change(0.9), change(null)], ['+4.2 %', '−10.0 %', '–']);
});
