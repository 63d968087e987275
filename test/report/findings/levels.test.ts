import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cellFacts, levelsOf, validCells, variation } from '../../../src/report/findings/levels.ts';
import { PAGE_CELLS, sampleGroup } from '../../helpers/sample-group.ts';

test('cells that differ only in threads are one level, levels rise', () => {
  const levels = levelsOf(sampleGroup(PAGE_CELLS.toReversed()));
  assert.deepEqual(
    levels.map(({ connections, runs, requests }) => [connections, runs, requests]),
    [
      [20, 1, 1000],
      [100, 2, 2000],
      [200, 1, 1000],
    ],
  );
  assert.ok(Math.abs((levels[1]?.requestsPerSec ?? 0) - Math.sqrt(26.64 * 26.67)) < 1e-9);
});

test('runs that are not valid, or that nothing came of, are left out', () => {
  const ill = { connections: 50, requestsPerSec: 10, meanMs: 1_000, overrides: { valid: false } };
  const dead = { connections: 60, requestsPerSec: 0, meanMs: 1_000 };
  const group = sampleGroup([...PAGE_CELLS, ill, dead]);
  assert.deepEqual(
    levelsOf(group).map(({ connections }) => connections),
    [20, 100, 200],
  );
  assert.equal(validCells(group).length, 5);
});

test('a cell where no request ended ok has no figures', () => {
  const [cell] = validCells(sampleGroup(PAGE_CELLS));
  assert.ok(cell !== undefined);
  assert.equal(cellFacts(cell)?.meanMs, 3_070);
  const none = cell.valid.map((run) => ({ ...run, e2elMs: { ...run.e2elMs, mean: null, count: 0 } }));
  assert.equal(cellFacts({ ...cell, valid: none }), null);
});

test('variation is standard deviation ÷ mean, and unknown of one value', () => {
  assert.ok(Math.abs((variation([1, 2, 3]) ?? 0) - 0.5) < 1e-12);
  assert.deepEqual([variation([5]), variation([]), variation([0, 0])], [null, null, null]);
});
