import assert from 'node:assert/strict';
import { test } from 'node:test';
import { interval, pValue } from '../../../src/compare/statistics/difference.ts';
import { welchDifference } from '../../../src/compare/statistics/welch.ts';
import { createRandom } from '../../../src/model/random.ts';

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
