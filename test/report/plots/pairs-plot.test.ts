import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunSummary } from '../../../src/measure/run-summary.ts';
import { messagesOf } from '../../../src/report/messages/messages.ts';
import { pairsPlot, runPairPlots } from '../../../src/report/plots/pairs-plot.ts';
import { groupRuns } from '../../../src/report/runs-report.ts';
import { sampleSummaries } from '../../helpers/sample-runs.ts';

const english = messagesOf('en');

const strip = (metric: string, ratios: readonly number[], interval: readonly [number, number] | null) => ({
  metric,
  verdict: '',
  margin: 0.03,
  pairs: ratios.map((ratio, i) => ({ label: `pair ${i + 1}`, logRatio: Math.log(ratio) })),
  estimate: Math.log(ratios[0] ?? 1),
  low: interval === null ? null : Math.log(interval[0]),
  high: interval === null ? null : Math.log(interval[1]),
});

const OPTIONS = { id: 'pairs', title: 'Before and after', level: 0.99 };

test('a row a metric, changes on an axis of log ratios that one large change cannot stretch', () => {
  const plot = pairsPlot(
    [strip('TPOT p50', [1.05, 1.04, 1.06], [1.03, 1.07]), strip('TTFT p50', [0.9], null)],
    english,
    OPTIONS,
  );
  const [drawing] = plot?.drawings ?? [];
  assert.ok(drawing?.kind === 'strip');
  assert.equal(drawing.reach, Math.log(1.5));
  assert.deepEqual([plot?.id, plot?.title], ['pairs', 'Before and after']);
  assert.match(plot?.lead ?? '', /99 % interval/);
  const [tpot, ttft] = drawing.rows;
  assert.deepEqual([tpot?.points.length, tpot?.figure, ttft?.interval], [3, '+5.0 %', null]);
  assert.deepEqual(plot?.table.rows, [
    ['TPOT p50', '+5.0 %', '+3.0 %', '+7.0 %', '3'],
    ['TTFT p50', '−10 %', '–', '–', '1'],
  ]);
});

test('without anything to compare there is no plot', () => {
  assert.equal(pairsPlot([], english, OPTIONS), null);
});

const numbered = (runs: readonly RunSummary[], ids: readonly number[]): readonly RunSummary[] =>
  runs.map((run, k) => ({ ...run, id: ids[k] ?? run.id }));

const before = sampleSummaries('before');
const after = sampleSummaries('after', { scale: 1.1 });
const plotsOf = (...runs: readonly (readonly RunSummary[])[]) =>
  runPairPlots(groupRuns(runs.flat()), english);

test('runs that were made in turn are pairs: a strip for each metric that decides', () => {
  const [plot, more] = plotsOf(numbered(before, [1, 4, 5]), numbered(after, [2, 3, 6]));
  assert.deepEqual([plot?.id, plot?.title, more], ['pairs-1', 'Before and after at 2x4', undefined]);
  const [e2el] = plot?.table.rows ?? [];
  assert.deepEqual([e2el?.[0], e2el?.[1], e2el?.[4]], ['E2EL p50', '+10 %', '3']);
  const [drawing] = plot?.drawings ?? [];
  assert.ok(drawing?.kind === 'strip');
  assert.deepEqual(
    drawing.rows[0]?.points.map(({ words }) => words[0]),
    ['runs 1 and 2', 'runs 4 and 3', 'runs 5 and 6'],
  );
});

test('no pairs: one label after the other, unlike numbers, too few valid ones, three labels', () => {
  assert.deepEqual(plotsOf(numbered(before, [1, 2, 3]), numbered(after, [4, 5, 6])), []);
  assert.deepEqual(plotsOf(numbered(before, [1, 4, 5]), numbered(after, [2, 3])), []);
  const bad = numbered(after, [2, 3, 6]).with(1, { ...(after[1] ?? assert.fail()), id: 3, valid: false });
  assert.deepEqual(plotsOf(numbered(before, [1, 4, 5]), bad), []);
  const third = before.map((run, k) => ({ ...run, label: 'third', id: 7 + k }));
  assert.deepEqual(plotsOf(numbered(before, [1, 4, 5]), numbered(after, [2, 3, 6]), third), []);
});
