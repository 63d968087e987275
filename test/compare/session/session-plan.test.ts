import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dueLook, pairOrder, sparePairs } from '../../../src/compare/session/session-plan.ts';
import { pairedDifference } from '../../../src/compare/statistics/difference.ts';
import type { InvalidReason } from '../../../src/model/note.ts';
import { sampleArmRun, samplePair } from '../../helpers/sample-pairs.ts';

const at = (looks: readonly number[], pairs: number, ended = false) => dueLook(looks, pairs, ended, 0.05);

test('a fixed session is looked at once, at its end', () => {
  assert.equal(at([6], 5), null);
  assert.deepEqual(at([6], 6), { number: 1, of: 1, pairs: 6, alpha: 0.05 });
  assert.equal(at([6], 7), null);
});

test('a sequential one at its looks only: in between is peeking', () => {
  assert.deepEqual(
    Array.from({ length: 16 }, (_, i) => at([6, 10, 16], i + 1)?.alpha ?? null).flatMap((alpha, i) =>
      alpha === null ? [] : [[i + 1, alpha]],
    ),
    [
      [6, 0.01],
      [10, 0.02],
      [16, 0.03],
    ],
  );
});

test('invalid pairs: the end is the last look with fewer, at the level of the look that was to come', () => {
  assert.deepEqual(at([6], 5, true), { number: 1, of: 1, pairs: 5, alpha: 0.05 });
  assert.deepEqual(at([6, 10, 16], 14, true), { number: 3, of: 3, pairs: 14, alpha: 0.03 });
  assert.deepEqual(at([6, 10, 16], 4, true), { number: 1, of: 3, pairs: 4, alpha: 0.01 });
  assert.deepEqual(at([6, 10, 16], 17, true), { number: 3, of: 3, pairs: 17, alpha: 0.03 });
});

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

test('spare pairs are half as many as planned, and go to what the load generator alone has spoiled', () => {
  const late = { kind: 'loopLate', p99Ms: 30, limitMs: 5, tryWorkers: 2 } as const;
  const failed = { kind: 'noneSucceeded' } as const;
  const pair = (...invalidReasons: readonly InvalidReason[]) =>
    samplePair(1, () => ({ candidate: sampleArmRun(9, { summary: { valid: false, invalidReasons } }) }));
  const spare = sparePairs(6);
  assert.equal(spare(samplePair(9)), false);
  assert.equal(spare(pair(failed)), false);
  assert.equal(spare(pair(late, failed)), false);
  assert.deepEqual(
    [1, 2, 3, 4].map(() => spare(pair(late))),
    [true, true, true, false],
  );
  assert.equal(sparePairs(1)(pair(late)), false);
});
