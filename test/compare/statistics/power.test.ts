import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pairedDifference, pValue } from '../../../src/compare/statistics/difference.ts';
import { detectableEffect, pairsNeeded, pairsToSettle } from '../../../src/compare/statistics/power.ts';
import { createRandom } from '../../../src/model/random.ts';

test('more noise, smaller effects and stricter levels take more pairs', () => {
  assert.deepEqual(
    [0.02, 0.03, 0.05, 0.1].map((effect) => pairsNeeded(0.02, effect, 0.05)),
    [11, 6, 4, 3],
  );
  assert.deepEqual(
    [0.01, 0.03, 0.08].map((sd) => pairsNeeded(sd, 0.03, 0.05)),
    [4, 11, 60],
  );
  assert.ok((pairsNeeded(0.02, 0.03, 0.0125) ?? 0) > 6);
  assert.equal(pairsNeeded(0.5, 0.02, 0.05), null);
});

test('the effect that n pairs can detect needs no more than n pairs', () => {
  for (const pairs of [4, 6, 10, 20]) {
    const effect = detectableEffect(0.02, pairs, 0.05);
    assert.ok((pairsNeeded(0.02, effect * 1.0001, 0.05) ?? Infinity) <= pairs);
    assert.ok((pairsNeeded(0.02, effect * 0.95, 0.05) ?? 0) > pairs);
  }
});

test('an open difference is settled once it is, with confidence, not zero or within the margin', () => {
  const open = (estimate: number) =>
    pairsToSettle({ estimate, sd: 0.02, margin: 0.03, alphaEach: 0.0125, alpha: 0.05 });
  // With five pairs t(0.95) · 0.02 ÷ √5 is 0.019, which just fits between 0.01 and ln 1.03.
  assert.equal(open(0.01), 5);
  assert.ok((open(0.014) ?? 0) > 5);
  assert.equal(open(0.05), open(-0.05));
  assert.ok((open(0.05) ?? 0) < (open(0.02) ?? 0));
  assert.equal(pairsToSettle({ estimate: 0.01, sd: 1, margin: 0.03, alphaEach: 0.0125, alpha: 0.05 }), null);
});

test('by simulation: the planned pairs find the effect at least four times in five', () => {
  const random = createRandom(31);
  for (const [sd, effect, alpha] of [
    [0.02, 0.02, 0.05],
    [0.02, 0.05, 0.05],
    [0.03, 0.03, 0.0125],
  ] as const) {
    const pairs = pairsNeeded(sd, effect, alpha) ?? assert.fail();
    let found = 0;
    const sessions = 2000;
    for (let i = 0; i < sessions; i++) {
      const perPair = Array.from({ length: pairs }, () => random.gaussian(Math.log1p(effect), sd));
      if (pValue(pairedDifference(perPair)) < alpha) found += 1;
    }
    assert.ok(found / sessions > 0.78, `${pairs} pairs found ${found} of ${sessions}`);
  }
});
