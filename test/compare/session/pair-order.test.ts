import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pairOrder } from '../../../src/compare/session/pair-order.ts';
import { pairedDifference } from '../../../src/compare/statistics/difference.ts';

test('A B, B A, A B …; the seed says who starts', () => {
  assert.deepEqual(pairOrder(3, 2), ['baseline', 'candidate', 'baseline']);
  assert.deepEqual(pairOrder(3, 7), ['candidate', 'baseline', 'candidate']);
});

test('a linear drift cancels over an even number of pairs, where a fixed order would keep it', () => {
  const perRun = 0.01;
  const drifting = (firsts: readonly string[]): number => {
    const perPair = firsts.map((first) => (first === 'baseline' ? perRun : -perRun));
    return pairedDifference(perPair).estimate;
  };
  assert.ok(Math.abs(drifting(pairOrder(6, 0))) < 1e-12);
  assert.ok(Math.abs(drifting(new Array(6).fill('baseline')) - perRun) < 1e-12);
});
