import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Comparison, compareRuns } from '../../src/compare/compare-runs.ts';
import { sampleSummaries } from '../helpers/sample-runs.ts';

const NAMES = { before: 'before', after: 'after' };
const before = sampleSummaries('before');

const against = (options: Parameters<typeof sampleSummaries>[1]): Comparison =>
  compareRuns(NAMES, before, sampleSummaries('after', { firstId: 11, ...options }));

test('a server 10 % slower is a regression, 10 % faster an improvement', () => {
  const slower = against({ scale: 1.1 });
  assert.equal(slower.verdict, 'regression');
  assert.equal(slower.cells.length, 1);
  const { e2elP50 } = slower.metrics;
  assert.ok(e2elP50 !== undefined && e2elP50.low !== null && e2elP50.high !== null);
  assert.ok(e2elP50.low < e2elP50.ratio && e2elP50.ratio < e2elP50.high);
  assert.ok(e2elP50.low > 1.03 && e2elP50.high < 1.2);
  assert.equal(against({ scale: 0.9 }).verdict, 'improvement');
});

test('fewer than three runs a side: figures, but no interval and no verdict', () => {
  const comparison = against({ scale: 1.5, count: 2 });
  assert.equal(comparison.verdict, 'inconclusive');
  assert.deepEqual(comparison.conclusion, {
    kind: 'tooFewRuns',
    ...NAMES,
    cells: [{ cell: before[0]?.cell, before: { made: 3, valid: 3 }, after: { made: 2, valid: 2 } }],
    needed: 3,
  });
  assert.equal(comparison.metrics.e2elP50?.low, null);
  assert.ok((comparison.metrics.e2elP50?.ratio ?? 0) > 1.4);
});

test('runs that are all invalid give the verdict invalid', () => {
  const ill = before.map((run) => ({
    ...run,
    valid: false,
    invalidReasons: [{ kind: 'noneSucceeded' } as const],
  }));
  const { verdict, conclusion } = compareRuns(NAMES, before, ill);
  assert.deepEqual([verdict, conclusion.kind], ['invalid', 'tooFewRuns']);
});

test('cells of one side only are named; no common cell is invalid', () => {
  const moved = before.map((run) => ({ ...run, cell: { threads: 1, connections: 1 } }));
  const none = compareRuns(NAMES, before, moved);
  assert.deepEqual([none.verdict, none.conclusion.kind], ['invalid', 'noCommonCell']);
  assert.deepEqual(none.notes, [
    { kind: 'cellNotShared', cell: { threads: 2, connections: 4 }, ran: 'before' },
    { kind: 'cellNotShared', cell: { threads: 1, connections: 1 }, ran: 'after' },
  ]);
  const both = compareRuns(NAMES, before, [...sampleSummaries('after', { scale: 1.1 }), ...moved]);
  assert.equal(both.verdict, 'regression');
  assert.equal(both.notes.length, 1);
});

test('runs at rates that are printed alike are not compared with each other', () => {
  const at = (ratePerSec: number) => before.map((run) => ({ ...run, cell: { ...run.cell, ratePerSec } }));
  assert.equal(compareRuns(NAMES, at(1234.4), at(1234.3)).verdict, 'invalid');
});

test('over two cells the metric is the geometric mean of their ratios', () => {
  const cell = { threads: 1, connections: 1 };
  const elsewhere = (label: string, scale: number) =>
    sampleSummaries(label, { scale, firstId: 21 }).map((run) => ({ ...run, cell }));
  const comparison = compareRuns(
    NAMES,
    [...before, ...elsewhere('before', 1)],
    [...sampleSummaries('after', { scale: 1.2, firstId: 11 }), ...elsewhere('after', 1)],
  );
  const ratios = comparison.cells.map(({ metrics }) => metrics.tpotP50?.ratio ?? 0);
  assert.equal(ratios.length, 2);
  assert.ok(
    Math.abs((comparison.metrics.tpotP50?.ratio ?? 0) - Math.sqrt((ratios[0] ?? 0) * (ratios[1] ?? 0))) <
      1e-9,
  );
  assert.deepEqual(
    comparison.cells.map(({ metrics }) => metrics.tpotP50?.verdict),
    ['regression', 'equivalent'],
  );
});

test('an improvement in one cell does not count when another cell cannot be judged; a regression does', () => {
  const cell = { threads: 1, connections: 1 };
  const elsewhere = sampleSummaries('x', { firstId: 21 }).map((run) => ({ ...run, cell }));
  const failed = elsewhere.map((run) => ({ ...run, valid: false }));
  const verdictAt = (scale: number) =>
    compareRuns(
      NAMES,
      [...before, ...elsewhere],
      [...sampleSummaries('after', { scale, firstId: 11 }), ...failed],
    ).verdict;
  assert.equal(verdictAt(0.8), 'invalid');
  assert.equal(verdictAt(1.2), 'regression');
});

test('by simulation: equal servers are called different in at most 8 of 100 comparisons', () => {
  let alarms = 0;
  for (let i = 0; i < 100; i++) {
    const side = (label: string, firstId: number) => sampleSummaries(label, { firstId, noise: 0.02 });
    const { verdict } = compareRuns(NAMES, side('before', 100 + 20 * i), side('after', 110 + 20 * i));
    if (verdict === 'regression' || verdict === 'improvement') alarms += 1;
  }
  assert.ok(alarms <= 8, `${alarms} false alarms`);
});

test('runs made one side after the other: what cannot be excluded is said, a drift that shows forbids a verdict', () => {
  const later = sampleSummaries('after', { firstId: 11, scale: 1.1 }).map((run) => ({
    ...run,
    startedAt: '2026-11-25T00:00:00.000Z',
  }));
  const apart = compareRuns(NAMES, before, later);
  assert.equal(apart.verdict, 'regression');
  assert.deepEqual(apart.notes, [{ kind: 'madeApart', ...NAMES, repeated: false }]);
  const sentinel = (scale: number) =>
    compareRuns(NAMES, before, later, sampleSummaries('before', { firstId: 21, scale }));
  assert.equal(sentinel(1).verdict, 'regression');
  assert.deepEqual(sentinel(1).notes, [{ kind: 'madeApart', ...NAMES, repeated: true }]);
  const { verdict, conclusion } = sentinel(1.1);
  assert.equal(verdict, 'invalid');
  assert.ok(conclusion.kind === 'notComparable');
  assert.deepEqual(
    conclusion.cells.map(({ cause }) => cause),
    ['machineDrifted'],
  );
});

test('the gating figure that moved most carries the conclusion, an improvement beside it does not go unsaid', () => {
  const { conclusion } = against({ scale: 1.1 });
  assert.ok(conclusion.kind === 'regression' && conclusion.improved === null);
  assert.deepEqual([conclusion.change.metric, conclusion.change.cell], ['tpotP50', before[0]?.cell]);
  const slower = sampleSummaries('after', { firstId: 11, scale: 1.1 }).map((run) => ({
    ...run,
    ttftMs: { ...run.ttftMs, p50: (run.ttftMs.p50 ?? 0) * 0.7 },
  }));
  const mixed = compareRuns(NAMES, before, slower).conclusion;
  assert.ok(mixed.kind === 'regression');
  assert.equal(mixed.improved?.metric, 'ttftP50');
});

test('sides that were not asked the same are invalid, however few runs are valid; a user may accept it', () => {
  const salted = (count: number, valid: boolean) =>
    sampleSummaries('after', { firstId: 11, scale: 1.2, count }).map((run) => ({
      ...run,
      valid,
      settings: { ...run.settings, cache: 'salt' } as const,
    }));
  for (const after of [salted(3, true), salted(1, true), salted(3, false)]) {
    const { verdict, conclusion } = compareRuns(NAMES, before, after);
    assert.equal(verdict, 'invalid');
    assert.ok(conclusion.kind === 'notComparable' && conclusion.cells[0]?.cause === 'settings');
  }
  const accepted = compareRuns(NAMES, before, salted(3, true), [], ['settings']);
  assert.equal(accepted.verdict, 'regression');
  assert.equal(accepted.cells[0]?.notes[0]?.kind, 'obstacleAccepted');
});

test('runs of another number of requests are compared over common positions, but not by throughput', () => {
  const more = sampleSummaries('after', { firstId: 11, scale: 1.2 }).map((run) => ({
    ...run,
    settings: { ...run.settings, durationUs: 2_000_000 },
  }));
  const { verdict, cells } = compareRuns(NAMES, before, more);
  assert.equal(verdict, 'regression');
  assert.equal(cells[0]?.notes[0]?.kind, 'extentsDiffer');
  assert.equal(cells[0]?.metrics.servedOutputTokensPerSec?.verdict, 'invalid');
  assert.equal(cells[0]?.metrics.e2elP50?.verdict, 'regression');
});

test('hit rates more than 5 points apart are invalid unless accepted', () => {
  const hits = (runs: typeof before, hitRate: number) =>
    runs.map((run) => ({
      ...run,
      server: { prefixCache: { hitRate } } as unknown as NonNullable<typeof run.server>,
    }));
  const slower = sampleSummaries('after', { firstId: 11, scale: 1.2 });
  const verdict = (rate: number, accepted: readonly 'cache'[] = []) =>
    compareRuns(NAMES, hits(before, 0.02), hits(slower, rate), [], accepted).verdict;
  assert.deepEqual(
    [verdict(0.06), verdict(0.08), verdict(0.95, ['cache'])],
    ['regression', 'invalid', 'regression'],
  );
});

test('runs made in turn need no such words', () => {
  assert.deepEqual(against({ scale: 1.1 }).notes, []);
});
