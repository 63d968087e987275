import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pair } from '../../../src/compare/session/arm-run.ts';
import { checkControl } from '../../../src/compare/session/control.ts';
import { judgeSession } from '../../../src/compare/session/judge-session.ts';
import { measureCell } from '../../../src/compare/session/measure-cell.ts';
import { createRandom } from '../../../src/model/random.ts';
import { noisyRatios, RULES, sampleCell } from '../../helpers/sample-pairs.ts';
import { SAME, virtualPairs } from '../../helpers/virtual-session.ts';

/** Pairs whose control took these times, milliseconds: the baseline's and the candidate's. */
const pairs = (times: readonly (readonly [number | null, number | null])[], ratios = times.map(() => 1)) =>
  sampleCell(ratios, ({ baseline, candidate }, k): Partial<Pair> => {
    const [a, b] = times[k] ?? [null, null];
    return { baseline: { ...baseline, controlMs: a }, candidate: { ...candidate, controlMs: b } };
  });

test('a pair proves nothing when the control of one side is more than 10 % off the median of that side', () => {
  const { moved, notes } = checkControl(
    pairs([
      [100, 150],
      [101, 151],
      [99, 168],
      [111, 149],
      [100, 150],
    ]).pairs,
  );
  assert.deepEqual([...moved].sort(), [2, 3]);
  assert.deepEqual(notes, [
    {
      kind: 'controlMoved',
      moved: [
        { pair: 3, arm: 'candidate', ratio: 168 / 150 },
        { pair: 4, arm: 'baseline', ratio: 1.11 },
      ],
      limit: 0.1,
    },
  ]);
});

test('a candidate that is slower throughout has a steady control; too few values leave nothing out', () => {
  const steady = checkControl(
    pairs([
      [100, 200],
      [104, 200],
      [100, 200],
    ]).pairs,
  );
  assert.deepEqual([steady.moved.size, steady.notes.map(({ kind }) => kind)], [0, ['controlSteady']]);
  const few = checkControl(
    pairs([
      [100, 100],
      [300, 300],
      [null, null],
    ]).pairs,
  );
  assert.deepEqual([few.moved.size, few.notes], [0, [{ kind: 'controlMissing', pairs: [3] }]]);
});

test('what it leaves out is in no figure, and only where it was declared', () => {
  const times = noisyRatios(1).map((_, k) => [100, k === 2 ? 130 : 100] as const);
  const cell = pairs(times, [...noisyRatios(1).with(2, 1.3)]);
  const valid = (control: boolean) => measureCell(cell, [], { ...RULES, control }, true).valid.length;
  assert.deepEqual([valid(true), valid(false)], [5, 6]);
  const verdict = (control: boolean) =>
    judgeSession({ baseline: 'a', candidate: 'b' }, { cells: [cell], ended: true }, { ...RULES, control })
      .verdict;
  assert.deepEqual([verdict(true), verdict(false)], ['equivalent', 'inconclusive']);
});

test('in sound sessions it leaves a pair out in at most 1 of 100, whether the candidate is slower or not', () => {
  const random = createRandom(3);
  // Only the control request is looked at.
  const load = { connections: 1, requests: 2 };
  for (const candidate of [SAME, { ...SAME, prefill: 1.2, decode: 1.2 }]) {
    const sessions = Array.from({ length: 400 }, () =>
      virtualPairs(random, { pairs: 6, candidate, control: true, load }),
    );
    const cried = sessions.filter((of) => checkControl(of.pairs).moved.size > 0).length;
    assert.ok(cried <= 4, `${cried} of 400`);
  }
});
