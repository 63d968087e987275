import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cellName } from '../../src/model/run.ts';
import { groupRuns, meanOver, sumOver } from '../../src/report/runs-report.ts';
import { sampleSummaries } from '../helpers/sample-runs.ts';

const [a, b, c] = sampleSummaries('before');
assert.ok(a !== undefined && b !== undefined && c !== undefined);

test('a group for each label and target, a cell for each setting, in the order of the runs', () => {
  const other = { ...b, cell: { threads: 1, connections: 9 } };
  const groups = groupRuns([a, other, { ...c, label: 'after' }, { ...c, target: 'http://other' }]);
  assert.deepEqual(
    groups.map(({ label, target, cells }) => [label, target, cells.map(({ cell }) => cellName(cell))]),
    [
      ['before', a.target, ['2x4', '1x9']],
      ['after', a.target, ['2x4']],
      ['before', 'http://other', ['2x4']],
    ],
  );
  assert.deepEqual(groupRuns([]), []);
});

test('rates that are printed alike are still two cells', () => {
  const at = (ratePerSec: number) => ({ ...a, cell: { ...a.cell, ratePerSec } });
  assert.equal(groupRuns([at(1234.4), at(1234.3)])[0]?.cells.length, 2);
});

test('labels and targets that run into each other stay apart', () => {
  assert.equal(
    groupRuns([
      { ...a, label: 'x","y' },
      { ...a, label: 'x', target: 'y' },
    ]).length,
    2,
  );
});

test('figures come from the valid runs, or from all where there are none', () => {
  const ill = { ...b, valid: false };
  assert.deepEqual(groupRuns([a, ill])[0]?.cells[0]?.shown, [a]);
  assert.deepEqual(groupRuns([ill])[0]?.cells[0]?.shown, [ill]);
});

test('means are geometric and skip what a run does not have; sums take all', () => {
  const runs = [1, 4, 16].map((requests) => ({ ...a, requests }));
  assert.equal(Math.round(meanOver(runs, ({ requests }) => requests) ?? 0), 4);
  assert.equal(
    meanOver(runs, ({ requests }) => (requests === 16 ? null : requests)),
    2,
  );
  assert.equal(
    meanOver(runs, () => null),
    null,
  );
  assert.equal(
    sumOver(runs, ({ requests }) => requests),
    21,
  );
});
