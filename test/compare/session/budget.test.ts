import assert from 'node:assert/strict';
import { test } from 'node:test';
import { budgetOf, EFFECTS } from '../../../src/compare/session/budget.ts';
import { detectableEffect, pairsNeeded } from '../../../src/compare/statistics/power.ts';
import { createRandom } from '../../../src/model/random.ts';

const CELL = { threads: 2, connections: 20 };

test('a pilot of three pairs is planned with 2.1 times its noise', () => {
  const [budget = assert.fail()] = budgetOf(
    [{ key: 'tpot', cell: CELL, perPair: [-0.01, 0, 0.01] }],
    90,
    0.05,
  );
  assert.ok(Math.abs(budget.sd - 0.01) < 1e-12);
  assert.ok(Math.abs(budget.sdBound / budget.sd - 2.117) < 1e-3);
  assert.equal(budget.detectable, detectableEffect(budget.sd, 3, 0.05));
  assert.deepEqual(
    budget.steps.map(({ effect, pairs }) => [effect, pairs]),
    EFFECTS.map((effect) => [effect, pairsNeeded(budget.sdBound, effect, 0.05)]),
  );
  for (const { pairs, seconds } of budget.steps) assert.equal(seconds, 90 * (pairs ?? 0));
});

test('too noisy for any plan, and too few for one', () => {
  const [budget] = budgetOf([{ key: 'tpot', cell: CELL, perPair: [-2, 0, 2] }], 60, 0.05);
  assert.deepEqual(budget?.steps[0], { effect: 0.02, pairs: null, seconds: null });
  assert.deepEqual(budgetOf([{ key: 'tpot', cell: CELL, perPair: [0.01, 0.02] }], 60, 0.05), []);
});

test('by simulation: the bound holds four times in five', () => {
  const random = createRandom(51);
  const pilots = 2000;
  let above = 0;
  for (let i = 0; i < pilots; i++) {
    const perPair = Array.from({ length: 4 }, () => random.gaussian(0, 0.02));
    const [budget] = budgetOf([{ key: 'tpot', cell: CELL, perPair }], 60, 0.05);
    if ((budget?.sdBound ?? 0) >= 0.02) above += 1;
  }
  assert.ok(above / pilots > 0.77 && above / pilots < 0.83, `${above} of ${pilots}`);
});
