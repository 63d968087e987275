import assert from 'node:assert/strict';
import { test } from 'node:test';
import { interval, meanDifference, pValue } from '../../../src/compare/statistics/difference.ts';
import { welchDifference } from '../../../src/compare/statistics/welch.ts';

test('the interval is the estimate and t standard errors to both sides', () => {
  const [low, high] = interval({ estimate: 1, standardError: 2, df: 5 }, 0.95);
  assert.ok(Math.abs(low - (1 - 2.5705818 * 2)) < 1e-6 && Math.abs(high - (1 + 2.5705818 * 2)) < 1e-6);
});

test('p and the interval agree on what excludes zero', () => {
  for (const estimate of [-5.2, -5.1, 5.1, 5.2]) {
    const difference = { estimate, standardError: 2, df: 5 };
    const [low, high] = interval(difference, 0.95);
    assert.equal(pValue(difference) < 0.05, low > 0 || high < 0);
  }
});

test('without spread any difference is sure, and none is none', () => {
  assert.equal(pValue({ estimate: 0.1, standardError: 0, df: 5 }), 0);
  assert.equal(pValue({ estimate: 0, standardError: 0, df: 5 }), 1);
});

test('the mean of two equal differences has the error of their mean', () => {
  const one = welchDifference([1, 2, 3], [2, 3, 4]);
  const both = meanDifference([one, one]);
  assert.equal(both.estimate, one.estimate);
  assert.ok(Math.abs(both.standardError - one.standardError / Math.SQRT2) < 1e-12);
  assert.ok(Math.abs(both.df - 2 * one.df) < 1e-9);
});
