import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { peakAnswer } from '../../../src/compare/peak/answer.ts';
import { doublingStride, loadGrid } from '../../../src/compare/peak/load-grid.ts';
import { bracketOf, nextMove, type Visit } from '../../../src/compare/peak/search.ts';
import { decide, goodputOf } from '../../../src/compare/peak/trial.ts';
import {
  blocksOf,
  chanceOf,
  GRID,
  type PeakServer,
  RULES,
  runSearch,
  SERVER_KINDS,
  trueCell,
} from '../../helpers/peak-servers.ts';

const block = (good: number, overloaded = false) => ({ requests: 200, good, overloaded });
const stay = (index: number, ...good: number[]): Visit => ({
  index,
  short: false,
  blocks: good.map((one) => block(one)),
  decision: good.every((one) => one > 198) ? 'pass' : 'fail',
});

describe('the grid of loads', () => {
  it('rises by the step from the first load to the last, and whole loads count once', () => {
    assert.deepEqual(loadGrid({ from: 10, to: 13, step: 0.1, whole: false }), [10, 11, 12.1, 13]);
    assert.deepEqual(loadGrid({ from: 1, to: 6, step: 0.2, whole: true }), [1, 2, 3, 4, 5, 6]);
    assert.equal(doublingStride(0.05), 14);
  });
});

describe('a visit', () => {
  it('passes after few perfect blocks, fails after few bad ones, and at once when the load cannot be carried', () => {
    const { trial } = RULES;
    assert.equal(decide([block(200)], trial), null);
    assert.equal(decide(new Array(5).fill(block(200)), trial), 'pass');
    assert.equal(decide([block(120), block(118)], trial), 'fail');
    assert.equal(decide([block(200), block(200, true)], trial), 'fail');
    assert.equal(decide(new Array(12).fill(block(198)), trial), 'undecided');
  });

  it('gives an interval that few equal blocks do not close', () => {
    const { mean, low, high } = goodputOf([block(200), block(200)], 0.99, 0.025);
    assert.equal(mean, 1);
    assert.equal(high, 1);
    assert.ok(low < 0.995, String(low));
  });
});

describe('the search', () => {
  it('doubles from the lowest load, halves the bracket, and tests both ends twice', () => {
    const server: PeakServer = { kind: 'cliff', capacity: 20.3, noise: 0, drift: 0, hysteresis: 0 };
    const visits = runSearch(blocksOf(server, chanceOf(1)));
    const truth = trueCell(server, GRID, 0.99);
    assert.deepEqual(bracketOf(visits, GRID.length), { passes: truth, fails: truth + 1 });
    const ramp = visits.filter(({ short }) => short).map(({ index }) => index);
    assert.deepEqual(ramp, [0, 14, 28, 42, 56, 70]);
    for (const end of [truth, truth + 1])
      assert.equal(visits.filter(({ index, short }) => index === end && !short).length, 2);
  });

  it('tells none within the limits from all within the limits', () => {
    const answer = (capacity: number) => {
      const server: PeakServer = { kind: 'cliff', capacity, noise: 0.01, drift: 0, hysteresis: 0 };
      return peakAnswer(runSearch(blocksOf(server, chanceOf(2))), RULES, 0.95, null);
    };
    const [none, all] = [answer(0.5), answer(1000)];
    assert.deepEqual([none.outcome, none.passes, none.fails], ['none', null, 1]);
    assert.deepEqual([all.outcome, all.passes, all.fails], ['all', 100, null]);
  });

  it('tests a pass above a fail again, and reports it when it stays', () => {
    const found = [stay(10, 200, 200), stay(30, 100, 100), stay(40, 200, 200)];
    assert.deepEqual(nextMove(found, RULES), { kind: 'visit', index: 30, short: false });
    const again = [...found, stay(30, 90, 90)];
    assert.deepEqual(nextMove(again, RULES), { kind: 'visit', index: 40, short: false });
    const stays = peakAnswer([...again, stay(40, 200, 200)], RULES, 0.95, null);
    assert.ok(stays.notes.some(({ kind }) => kind === 'notMonotone'));
    assert.equal(stays.fails, null);
  });

  it('says a load drifted when it passed once and failed once, and does not use it as an end', () => {
    const { notes, fails } = peakAnswer(
      [stay(10, 200, 200), stay(20, 200, 200), stay(20, 90, 90), stay(21, 90, 90)],
      RULES,
      0.95,
      null,
    );
    assert.deepEqual(
      notes.find(({ kind }) => kind === 'drift'),
      { kind: 'drift', load: GRID[20] },
    );
    assert.equal(fails, GRID[21]);
  });

  it('ends within its visits and never puts the lower end above the upper one, whatever the blocks say', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { uniform } = chanceOf(seed);
        const visits = runSearch(() => block(Math.round(200 * uniform()), uniform() < 0.05));
        assert.ok(visits.filter(({ short }) => !short).length <= RULES.visits);
        const { passes, fails } = peakAnswer(visits, RULES, 0.95, null);
        assert.ok((passes ?? 0) < (fails ?? Number.POSITIVE_INFINITY));
      }),
    );
  });
});

describe('540 searches of servers of known capacity', () => {
  it('hold the true cell in at least 95 %, and miss it by more than one cell in at most 1 %', () => {
    let [searches, inside, far] = [0, 0, 0];
    for (const kind of SERVER_KINDS)
      for (const noise of [0.01, 0.03, 0.1])
        for (const [drift, hysteresis] of [
          [0, 0],
          [0.1, 0],
          [0, 0.15],
        ] as const)
          for (let seed = 1; seed <= 20; seed++) {
            const chance = chanceOf(seed * 7919);
            const capacity = 8 * Math.exp(2.4 * chance.uniform());
            const server: PeakServer = { kind, noise, drift, hysteresis, capacity };
            const visits = runSearch(blocksOf(server, chance));
            const answer = peakAnswer(visits, RULES, 0.95, null);
            const [low, high] = [cellOf(answer.passes, -1), cellOf(answer.fails, GRID.length)];
            // A drifting server has a peak at the start and another one at the end: either is true.
            const served = visits.reduce((sum, { blocks }) => sum + blocks.length, 0);
            const truths = [0, served].map((at) => trueCell(server, GRID, 0.99, at));
            const [least, most] = [Math.min(...truths), Math.max(...truths)];
            searches += 1;
            if (low <= most && least < high) inside += 1;
            if (low > most + 1 || high < least) far += 1;
          }
    assert.equal(searches, 540);
    assert.ok(inside >= 0.95 * searches, `${inside} of ${searches} hold the true cell`);
    assert.ok(far <= 0.01 * searches, `${far} of ${searches} are wrong by more than one cell`);
  });
});

function cellOf(load: number | null, none: number): number {
  return load === null ? none : GRID.indexOf(load);
}
