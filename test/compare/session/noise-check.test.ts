import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CellPairs } from '../../../src/compare/session/arm-run.ts';
import { measureCell } from '../../../src/compare/session/measure-cell.ts';
import { checkNoise } from '../../../src/compare/session/noise-check.ts';
import { createRandom } from '../../../src/model/random.ts';
import { RULES, sampleCell, sampleColumns } from '../../helpers/sample-pairs.ts';
import { virtualPairs } from '../../helpers/virtual-session.ts';

const check = (...cells: readonly CellPairs[]) =>
  checkNoise(cells.map((cell) => measureCell(cell, [], RULES, true)));

/** Pairs of one server with a noise of half a percent; run k takes `factor(k)` times as long, k from 0. */
function pairs(n: number, factor: (run: number) => number): CellPairs {
  const random = createRandom(5);
  return sampleCell(new Array(n).fill(1), ({ first, baseline, candidate }, k) => {
    const slower = (second: boolean) =>
      sampleColumns(factor(2 * k + (second ? 1 : 0)) * Math.exp(random.gaussian(0, 0.005)));
    return {
      baseline: { ...baseline, requests: slower(first !== 'baseline') },
      candidate: { ...candidate, requests: slower(first !== 'candidate') },
    };
  });
}

const kinds = (cell: CellPairs) => [...new Set(check(cell).defects.map(({ kind }) => kind))];

test('an effect of the position, a drift and an outlier are found, however small the margin lets them be', () => {
  assert.deepEqual(kinds(pairs(8, () => 1)), []);
  assert.deepEqual(kinds(pairs(8, (run) => (run % 2 === 1 ? 1.03 : 1))), ['position']);
  assert.deepEqual(kinds(pairs(8, (run) => 1 + run / 150)), ['trend']);
  const { sound, defects } = check(pairs(8, (run) => (run === 5 ? 1.3 : 1)));
  const [outlier] = defects;
  assert.equal(sound, false);
  assert.ok(outlier?.kind === 'outlier' && outlier.pair === 3 && outlier.p < 0.001);
});

test('few pairs cannot show that the noise is sound', () => {
  const { sound, pairs: valid, needed } = check(pairs(5, () => 1));
  assert.deepEqual([sound, valid, needed], [null, 5, 6]);
  assert.equal(check(pairs(6, () => 1)).sound, true);
});

test('sound noise is called unsound in at most 1 of 100 sessions', () => {
  const random = createRandom(11);
  const load = { connections: 4, requests: 40 };
  for (const n of [3, 6]) {
    const cells = Array.from({ length: 400 }, () => virtualPairs(random, { pairs: n, load }));
    const cried = cells.filter((cell) => check(cell).sound === false).length;
    assert.ok(cried <= 4, `${cried} of 400 with ${n} pairs`);
  }
});
