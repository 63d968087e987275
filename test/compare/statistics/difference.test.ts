import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  interval,
  meanDifference,
  pairedDifference,
  pValue,
  welchDifference,
} from '../../../src/compare/statistics/difference.ts';
import { createRandom } from '../../../src/model/random.ts';

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

test('without spread any difference is significant, and equal values have none', () => {
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

test('a worked example', () => {
  // Variances 1 and 7 over three values each.
  const difference = welchDifference([19, 21, 20], [23, 22, 27]);
  assert.equal(difference.estimate, 4);
  assert.ok(Math.abs(difference.standardError - Math.sqrt(1 / 3 + 7 / 3)) < 1e-12);
  const df = (8 / 3) ** 2 / ((1 / 3) ** 2 / 2 + (7 / 3) ** 2 / 2);
  assert.ok(Math.abs(difference.df - df) < 1e-12);
  const [low, high] = interval(difference, 0.95);
  assert.ok(low < 0 && high > 8 && Math.abs(low + high - 8) < 1e-9);
  assert.ok(pValue(difference) > 0.05);
});

test('identical runs on both sides: no spread, no difference', () => {
  const none = welchDifference([5, 5, 5], [5, 5, 5]);
  assert.deepEqual(interval(none, 0.95), [0, 0]);
  assert.equal(pValue(none), 1);
  assert.equal(pValue(welchDifference([5, 5, 5], [6, 6, 6])), 0);
});

test('one value has no variance', () => {
  assert.throws(() => welchDifference([1], [1, 2]), RangeError);
});

test('by simulation: three runs a side cover the truth 95 times in 100 and raise a false alarm 5 times', () => {
  const random = createRandom(11);
  const trials = 4000;
  let covered = 0;
  let alarms = 0;
  for (let i = 0; i < trials; i++) {
    const draw = (mean: number): number[] => [0, 0, 0].map(() => random.gaussian(mean, 0.02));
    const [low, high] = interval(welchDifference(draw(0), draw(0.05)), 0.95);
    if (low <= 0.05 && 0.05 <= high) covered += 1;
    if (pValue(welchDifference(draw(0), draw(0))) < 0.05) alarms += 1;
  }
  assert.ok(covered / trials > 0.94 && covered / trials < 0.98, `${covered} of ${trials}`);
  assert.ok(alarms / trials > 0.02 && alarms / trials < 0.06, `${alarms} of ${trials}`);
});

test('a worked example', () => {
  const { estimate, standardError, df } = pairedDifference([1, 2, 3, 4]);
  assert.equal(estimate, 2.5);
  assert.ok(Math.abs(standardError - Math.sqrt(5 / 3 / 4)) < 1e-12);
  assert.equal(df, 3);
  assert.throws(() => pairedDifference([1]), RangeError);
});

test('by simulation: the interval covers the truth 95 times in 100, with 3 pairs as with 10', () => {
  const random = createRandom(21);
  for (const pairs of [3, 6, 10]) {
    let covered = 0;
    const sessions = 4000;
    for (let i = 0; i < sessions; i++) {
      const [low, high] = interval(
        pairedDifference(Array.from({ length: pairs }, () => random.gaussian(0.05, 0.02))),
        0.95,
      );
      if (low <= 0.05 && 0.05 <= high) covered += 1;
    }
    const share = covered / sessions;
    assert.ok(share > 0.94 && share < 0.96, `${pairs} pairs: ${share}`);
  }
});
