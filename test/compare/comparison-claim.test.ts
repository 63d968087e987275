import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareRuns } from '../../src/compare/compare-runs.ts';
import { hasFewRuns, strongestFigure } from '../../src/compare/comparison-claim.ts';
import { sampleSummaries } from '../helpers/sample-runs.ts';

const compared = (scale: number, count = 3) =>
  compareRuns(
    { before: 'a', after: 'b' },
    sampleSummaries('a'),
    sampleSummaries('b', { scale, count, firstId: 11 }),
  ).cells;

test('the gating figure that moved most, and none of another verdict', () => {
  const found = strongestFigure(compared(1.1), 'regression');
  assert.deepEqual([found?.metric.title, found?.cell], ['TPOT p50', { threads: 2, connections: 4 }]);
  assert.equal(strongestFigure(compared(1.1), 'improvement'), undefined);
});

test('two valid runs of a side are too few', () => {
  assert.deepEqual([hasFewRuns(compared(1)), hasFewRuns(compared(1, 2))], [false, true]);
});
