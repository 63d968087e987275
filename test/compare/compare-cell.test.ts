import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareCell } from '../../src/compare/compare-cell.ts';
import { sampleSummaries } from '../helpers/sample-runs.ts';

/** Of a run that is not valid. */
const NONE = [{ kind: 'noneSucceeded' } as const];

const cell = { threads: 2, connections: 4 };
const before = sampleSummaries('before');
const after = sampleSummaries('after', { firstId: 11 });

test('geometric means and a difference of logarithms per metric', () => {
  const { metrics, notes } = compareCell(cell, before, after);
  assert.deepEqual(notes, []);
  const e2el = metrics.find(({ metric }) => metric.key === 'e2elP50') ?? assert.fail();
  const product = before.reduce((p, { e2elMs }) => p * (e2elMs.p50 ?? 0), 1);
  assert.ok(Math.abs(e2el.before - Math.cbrt(product)) < 1e-9);
  assert.ok(Math.abs((e2el.difference?.estimate ?? 0) - Math.log(e2el.after / e2el.before)) < 1e-12);
});

test('invalid runs are left out and named; below three there is no interval', () => {
  const [first, ...others] = before.map((run) => ({ ...run }));
  const ill = { ...(first ?? assert.fail()), valid: false, invalidReasons: NONE };
  const { metrics, notes } = compareCell(cell, [ill, ...others], after);
  assert.deepEqual(notes, [{ kind: 'runLeftOut', run: 1, reasons: NONE }]);
  assert.ok(metrics.length > 0 && metrics.every(({ difference }) => difference === null));
});

test('answers of different length: what depends on the length is not compared', () => {
  const longer = after.map(({ completionLength, ...run }) => ({
    ...run,
    completionLength: { ...completionLength, mean: (completionLength.mean ?? 0) * 1.02 },
  }));
  const { metrics, notes } = compareCell(cell, before, longer);
  const [note] = notes;
  assert.ok(note?.kind === 'lengthsDiffer');
  assert.deepEqual([note.before, note.after.toFixed(3)], [20, '20.400']);
  assert.deepEqual(
    metrics.filter(({ comparable }) => comparable).map(({ metric }) => metric.key),
    ['ttftP50', 'tpotP50'],
  );
});

test('a metric that one run lacks is not compared', () => {
  const plain = after.map((run) => ({ ...run, ttftMs: { ...run.ttftMs, p50: null } }));
  const { metrics } = compareCell(cell, before, plain);
  assert.equal(
    metrics.find(({ metric }) => metric.key === 'ttftP50'),
    undefined,
  );
});

test('the first side, repeated at the end: as it was, or drifted', () => {
  const repeated = (scale: number) => sampleSummaries('before', { firstId: 21, count: 2, scale });
  const calm = compareCell(cell, before, after, repeated(1));
  assert.deepEqual([calm.invalid, calm.notes], [[], []]);
  const { invalid, notes } = compareCell(cell, before, after, repeated(1.2));
  assert.deepEqual(invalid, ['machineDrifted']);
  const [note] = notes;
  assert.ok(note?.kind === 'machineDrifted' && note.metric === 'e2elP50');
  assert.ok(note.low < 1 && note.high > 1 && note.ratio > note.high);
});

test('a repeated baseline whose runs are invalid says nothing, but is named', () => {
  const ill = sampleSummaries('before', { firstId: 21, scale: 2 }).map((run) => ({
    ...run,
    valid: false,
    invalidReasons: NONE,
  }));
  const { invalid, notes } = compareCell(cell, before, after, ill);
  assert.deepEqual(invalid, []);
  assert.equal(notes.length, 3);
});
