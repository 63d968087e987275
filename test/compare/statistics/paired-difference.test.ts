import assert from 'node:assert/strict';
import { test } from 'node:test';
import { interval } from '../../../src/compare/statistics/difference.ts';
import { pairedDifference } from '../../../src/compare/statistics/paired-difference.ts';
import { createRandom } from '../../../src/model/random.ts';

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
