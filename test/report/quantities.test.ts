import assert from 'node:assert/strict';
import { test } from 'node:test';
import { change, duration, grouped, QUANTITIES, rate, trimmed, whole } from '../../src/report/quantities.ts';

const { bytes, percent, percentileOf, portion, share, times, given } = QUANTITIES.en;

test('durations take the unit that suits', () => {
  assert.deepEqual([0.25, 38.32, 108.42, 3074, 125_000, null].map(duration), [
    '250 µs',
    '38.3 ms',
    '108 ms',
    '3.07 s',
    '2.1 min',
    '–',
  ]);
  assert.deepEqual([0.9996, 99.98, 999.7].map(duration), ['1.00 ms', '100 ms', '1.00 s']);
  assert.equal(QUANTITIES.zh.duration(125_000), '2.1 分钟');
  assert.deepEqual([0.004, 0.25, 6.034, 38.32, 3074.4, 0, null].map(QUANTITIES.en.ms), [
    '0.004',
    '0.25',
    '6.03',
    '38.3',
    '3,074',
    '0',
    '–',
  ]);
});

test('a percentile of too few requests is a dash', () => {
  const stats = { mean: 1, stdev: 0, p50: 10, p90: 10, p95: 10, p99: 10, max: 10, count: 100 };
  assert.equal(percentileOf(stats, 'p90'), '10.0 ms');
  assert.equal(percentileOf(stats, 'p95'), '–');
  assert.equal(percentileOf(stats, 'p99'), '–');
  assert.equal(percentileOf({ ...stats, p99: null, count: 0 }, 'p99'), '–');
});

test('rates, bytes, counts, changes and how many times', () => {
  assert.deepEqual([portion(0.983), portion(1), portion(null)], ['98.3 %', '100 %', '–']);
  assert.deepEqual([6.344, 66, 278.67, 999.6, 12_345.6, 0, null].map(rate), [
    '6.34',
    '66.0',
    '279',
    '1,000',
    '12,346',
    '0',
    '–',
  ]);
  assert.deepEqual([bytes(512), bytes(4854), bytes(3 * 1024 ** 3)], ['512 B', '4.74 KB', '3.00 GB']);
  assert.deepEqual([whole(1234567), whole(null)], ['1,234,567', '–']);
  assert.deepEqual([whole(999), whole(-1000), whole(12_345.5)], ['999', '-1,000', '12,346']);
  assert.deepEqual(['1234567.1234', '123456', '0.12'].map(grouped), ['1,234,567.1234', '123,456', '0.12']);
  assert.deepEqual([change(1.042), change(0.9), change(null)], ['+4.2 %', '−10 %', '–']);
  assert.deepEqual([times(1.374), times(5), times(null)], ['1.37', '5', '–']);
});

test('shares: few digits, and as many as a share near one has nines', () => {
  assert.deepEqual([0.844, 0.03, 0.0123, 0, null].map(percent), ['84 %', '3 %', '1.2 %', '0 %', '–']);
  assert.deepEqual([0.5, 0.9, 0.99, 0.995, 0.999, 0.9999, 1].map(share), [
    '50 %',
    '90 %',
    '99 %',
    '99.5 %',
    '99.9 %',
    '99.99 %',
    '100 %',
  ]);
});

test('Chinese writes the percent sign right behind the number', () => {
  const q = QUANTITIES.zh;
  assert.deepEqual([q.percent(0.844), q.change(1.042), q.share(0.999)], ['84%', '+4.2%', '99.9%']);
});

test('zeros that say nothing go', () => {
  assert.deepEqual(
    ['1.50 s', '60.00 s', '0 µs', '0.00', '250.00', '10.0 ms', '100', '1,000', '−5.0 %', ''].map(trimmed),
    ['1.5 s', '60 s', '0', '0', '250', '10 ms', '100', '1,000', '−5 %', ''],
  );
  assert.equal(given(1500), '1.5 s');
});

test('a change has the digits that mean something', () => {
  const { en, zh } = QUANTITIES;
  assert.deepEqual([9.76, 2, 1.064, 0.86, 0.9999, 1, 1.42].map(en.change), [
    '×9.8',
    '×2',
    '+6.4 %',
    '−14 %',
    '±0 %',
    '±0 %',
    '+42 %',
  ]);
  assert.equal(zh.change(0.82), '−18%');
});
