import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadSeries, medianRun, overlays, thin } from '../../../src/report/plots/cell-series.ts';
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

test('the loads of one label lie over each other, eight at most, from light to dark', () => {
  const [drawn, ...more] = overlays([{ group, runs }]);
  assert.deepEqual([drawn?.title, more.length, drawn?.lines.length], ['', 0, 8]);
  assert.deepEqual(
    drawn?.lines.map(({ series, name, runs: own }) => [series, name, own.length]).slice(0, 2),
    [
      [20, '1x1', 3],
      [20, '1x2', 3],
    ],
  );
  const series = [0, 1, 2, 3].map((load) => loadSeries(load, 4));
  assert.deepEqual(series, [20, 21, 22, 23]);
});

test('several labels have a drawing for each load, and each label one colour in all of them', () => {
  const drawn = overlays([
    { group, runs },
    { group: { ...group, label: 'after' }, runs },
  ]);
  assert.equal(drawn.length, 8);
  for (const { lines } of drawn) {
    assert.deepEqual(
      lines.map(({ series, name }) => [series, name]),
      [
        [10, 'reference'],
        [11, 'after'],
      ],
    );
  }
});

test('the run with the median rate represents its cell', () => {
  const [cell] = overlays([{ group, runs }])[0]?.lines ?? [];
  assert.ok(cell !== undefined);
  const rates = cell.runs.map(({ summary }) => summary.servedRequestsPerSec).sort((a, b) => a - b);
  assert.equal(medianRun(cell)?.summary.servedRequestsPerSec, rates[1]);
  assert.equal(medianRun({ runs: [] }), undefined);
});

test('points are thinned evenly', () => {
  assert.deepEqual(thin([1, 2, 3, 4, 5], 3), [1, 3, 5]);
  assert.deepEqual(thin([1, 2], 3), [1, 2]);
});
