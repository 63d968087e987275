import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrivals, objectives } from '../../../src/report/findings/objectives.ts';
import { factsOf, type GroupCell, openCell, PAGE_CELLS, sampleGroup } from '../../helpers/sample-group.ts';

const slo = { ttftMs: null, tpotMs: null, e2elMs: 4_000 };

/** The page's cells with these shares of good requests. */
const withShares = (...shares: readonly number[]) =>
  sampleGroup(
    PAGE_CELLS.map((cell, i): GroupCell => {
      const share = shares[i] ?? 0;
      const goodput = { slo, good: 1, share, requestsPerSec: share * cell.requestsPerSec };
      return { ...cell, overrides: { goodput } };
    }),
  );

test('of the cells that meet the objectives the one with most good requests a second', () => {
  const found = objectives(withShares(1, 0.995, 0.99, 0.3));
  const [facts] = factsOf(found, 'sloCell');
  assert.deepEqual(facts?.best.cell, { threads: 10, connections: 100 });
  assert.deepEqual(
    facts.cells.map(({ share }) => share),
    [1, 0.995, 0.99, 0.3],
  );
  assert.deepEqual(factsOf(found, 'sloPoint')[0]?.best, facts.best);
});

test('where none does, the nearest; what is nearly good is not good', () => {
  const found = objectives(withShares(0.989, 0.5, 0.5, 0.1));
  assert.equal(found.length, 1);
  assert.deepEqual(factsOf(found, 'sloNone')[0]?.nearest.cell, { threads: 10, connections: 20 });
});

test('without objectives, or without a valid run, nothing is said of them', () => {
  assert.deepEqual(objectives(sampleGroup(PAGE_CELLS)), []);
  const goodput = { slo, good: 1, share: 1, requestsPerSec: 1 };
  const overrides = { goodput, valid: false };
  assert.deepEqual(objectives(sampleGroup(PAGE_CELLS.map((cell) => ({ ...cell, overrides })))), []);
});

test('steps of arrivals, by their rate, and none of closed loops', () => {
  const found = arrivals(sampleGroup([openCell(10), openCell(5), openCell(20)]));
  assert.deepEqual(
    factsOf(found, 'arrivals').map(({ from, to }) => [from.arrivalsPerSec, to.arrivalsPerSec, to.meanMs]),
    [
      [5, 10, 10_000],
      [10, 20, 20_000],
    ],
  );
  assert.deepEqual(arrivals(sampleGroup(PAGE_CELLS)), []);
});
