import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commonTrend } from '../../../src/compare/statistics/difference.ts';

const line = (from: number, slope: number, at: readonly number[]) =>
  at.map((x) => ({ at: x, value: from + slope * x }));

test('groups of other levels share a slope', () => {
  const trend = commonTrend([line(5, 0.1, [0, 3, 4, 7]), line(-2, 0.1, [1, 2, 5, 6])]);
  assert.ok(trend !== null && Math.abs(trend.change - 0.7) < 1e-12 && trend.p < 1e-6);
});

test('noise has no sure slope', () => {
  const values = [0.01, -0.02, 0.015, -0.005, 0.02, -0.015];
  const trend = commonTrend([values.map((value, at) => ({ at, value }))]);
  assert.ok((trend?.p ?? 0) > 0.3);
});

test('too few values, or all at one time, have no trend', () => {
  assert.equal(commonTrend([line(0, 1, [0, 1])]), null);
  assert.equal(commonTrend([line(0, 1, [2, 2, 2])]), null);
  assert.equal(commonTrend([]), null);
});
