import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cellSeries, medianRun, thin } from '../../../src/report/plots/cell-series.ts';
import { groupRuns } from '../../../src/report/runs-report.ts';
import { matrixReport } from '../../helpers/sample-matrix.ts';

const shapes = Array.from({ length: 10 }, (_, i) => ({
  cell: { threads: 1, connections: i + 1 },
  meanSec: 1,
  stdevSec: 0.1,
}));
const { runs } = matrixReport({ shapes, repeats: 3, windowSec: 5 });
const [group] = groupRuns(runs.map(({ summary }) => summary));
assert.ok(group !== undefined);

test('eight cells at most, in the order of the runs, with their valid runs', () => {
  const cells = cellSeries(group, runs);
  assert.deepEqual(cells.map(({ series, name, runs: own }) => [series, name, own.length]).slice(0, 2), [
    [0, '1x1', 3],
    [1, '1x2', 3],
  ]);
  assert.equal(cells.length, 8);
});

test('the run with the median rate stands for its cell', () => {
  const [cell] = cellSeries(group, runs);
  assert.ok(cell !== undefined);
  const rates = cell.runs.map(({ summary }) => summary.requestsPerSec).sort((a, b) => a - b);
  assert.equal(medianRun(cell)?.summary.requestsPerSec, rates[1]);
  assert.equal(medianRun({ ...cell, runs: [] }), undefined);
});

test('points are thinned evenly', () => {
  assert.deepEqual(thin([1, 2, 3, 4, 5], 3), [1, 3, 5]);
  assert.deepEqual(thin([1, 2], 3), [1, 2]);
});
