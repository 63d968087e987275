import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type PeakStop, peakAnswer } from '../../../src/compare/peak/answer.ts';
import { isOverloaded } from '../../../src/compare/peak/overload.ts';
import { judgePairs, pairedLoads } from '../../../src/compare/peak/paired-peak.ts';
import {
  type PeakBench,
  type PeakSearch,
  searchOne,
  searchTwo,
} from '../../../src/compare/peak/run-search.ts';
import type { Block } from '../../../src/compare/peak/trial.ts';
import {
  blocksOf,
  chanceOf,
  GRID,
  type PeakServer,
  RULES,
  RULES_OF_TWO,
} from '../../helpers/peak-servers.ts';

const QUEUE: PeakServer = { kind: 'queue', capacity: 30, noise: 0.03, drift: 0, hysteresis: 0 };

/** Two servers in virtual time; `stopAfter` blocks the search is stopped. */
function bench(candidate: number, seed: number, stopAfter = Number.POSITIVE_INFINITY): PeakBench {
  const chance = chanceOf(seed);
  const serve = {
    baseline: blocksOf(QUEUE, chance),
    candidate: blocksOf({ ...QUEUE, capacity: QUEUE.capacity * candidate }, chance),
  };
  let blocks = 0;
  return {
    async measure(arm, index): Promise<Block | PeakStop> {
      return blocks++ >= stopAfter ? 'interrupt' : serve[arm](GRID[index] ?? 0);
    },
    visited: () => undefined,
  };
}

function verdictOf(found: PeakSearch) {
  return judgePairs(found.pairs, pairedLoads(found.visits.baseline, RULES_OF_TWO), RULES_OF_TWO, 0.95);
}

test('a candidate that carries 20 % less or more is told apart, in the right direction, in 20 of 20 searches each', async () => {
  for (const [capacity, verdict] of [
    [0.8, 'regression'],
    [1.2, 'improvement'],
  ] as const) {
    for (let seed = 1; seed <= 20; seed++) {
      const found = verdictOf(await searchTwo(RULES_OF_TWO, bench(capacity, seed)));
      assert.equal(found.verdict, verdict, `seed ${seed}: ${JSON.stringify(found)}`);
      assert.equal(found.loads.length, 2);
    }
  }
});

test('equal servers are called different in at most 5 % of 100 searches', async () => {
  let different = 0;
  for (let seed = 1; seed <= 100; seed++) {
    const { verdict } = verdictOf(await searchTwo(RULES_OF_TWO, bench(1, seed)));
    if (verdict === 'regression' || verdict === 'improvement') different += 1;
  }
  assert.ok(different <= 5, `${different} of 100`);
});

test('a search that is stopped keeps its visits, and its answer says what is open', async () => {
  const found = await searchOne(RULES, bench(1, 1, 20));
  assert.equal(found.stop, 'interrupt');
  assert.ok(found.visits.baseline.length > 3);
  const answer = peakAnswer(found.visits.baseline, RULES, 0.95, found.stop);
  assert.equal(answer.outcome, 'open');
  assert.deepEqual(answer.notes[0], { kind: 'stopped', by: 'interrupt' });
  assert.ok(answer.loads.every(({ blocks }) => blocks.length > 0));
});

test('a load that piles up is overloaded; one that the server keeps up with, and one that has not settled, are not', () => {
  const requests = (latencyUs: (i: number) => number) =>
    Array.from({ length: 2000 }, (_, i) => ({
      scheduledUs: i * 10_000,
      finishedUs: i * 10_000 + latencyUs(i),
    }));
  assert.equal(
    isOverloaded(
      requests(() => 500_000),
      20e6,
    ),
    false,
  );
  assert.equal(
    isOverloaded(
      requests((i) => 500_000 + i * 2_000),
      20e6,
    ),
    true,
  );
  assert.equal(
    isOverloaded(
      requests(() => 15e6),
      20e6,
    ),
    false,
  );
  assert.equal(isOverloaded([], 20e6), false);
});
