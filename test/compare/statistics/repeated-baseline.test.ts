import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkRepeatedBaseline } from '../../../src/compare/statistics/difference.ts';
import { createRandom } from '../../../src/model/random.ts';

test('a worked example: t of 2 degrees of freedom, one repeated run', () => {
  const first = [-0.01, 0, 0.01];
  const { ratio, low, high, within } = checkRepeatedBaseline(first, [0.05], 0.99);
  const half = 9.9248 * 0.01 * Math.sqrt(1 / 3 + 1);
  assert.ok(Math.abs(Math.log(high) - half) < 1e-6 && Math.abs(Math.log(low) + half) < 1e-6);
  assert.ok(Math.abs(Math.log(ratio) - 0.05) < 1e-12);
  assert.equal(within, true);
  assert.equal(checkRepeatedBaseline(first, [0.12], 0.99).within, false);
  assert.throws(() => checkRepeatedBaseline(first, [], 0.99), RangeError);
});

test('by simulation: a machine that did not drift is called drifted once in a hundred', () => {
  const random = createRandom(41);
  const sessions = 4000;
  let outside = 0;
  const runs = (n: number): number[] => Array.from({ length: n }, () => random.gaussian(0, 0.02));
  for (let i = 0; i < sessions; i++) if (!checkRepeatedBaseline(runs(4), runs(2), 0.99).within) outside += 1;
  assert.ok(outside / sessions > 0.005 && outside / sessions < 0.016, `${outside} of ${sessions}`);
});
