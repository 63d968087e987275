import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunSummary } from '../../../src/measure/run-summary.ts';
import { messagesOf } from '../../../src/report/messages/messages.ts';
import { pairsPlot, runPairPlots } from '../../../src/report/plots/pairs-plot.ts';
import { groupRuns } from '../../../src/report/runs-report.ts';
import { sampleSummaries } from '../../helpers/sample-runs.ts';

const english = messagesOf('en');

const changes = (metric: string, ratios: readonly number[], interval: readonly [number, number] | null) => ({
  metric,
  verdict: '',
  margin: 0.03,
  pairs: ratios.map((ratio, i) => ({ label: `pair ${i + 1}`, ratio })),
  estimate: ratios[0] ?? 1,
  low: interval?.[0] ?? null,
  high: interval?.[1] ?? null,
});

const OPTIONS = { id: 'pairs', title: 'Before and after', level: 0.99 };

test('a drawing a metric, its pairs in order before the band of the margin; a large change leaves the others alone', () => {
  const plot = pairsPlot(
    [changes('TPOT p50', [1.05, 1.04, 1.06], [1.03, 1.07]), changes('TTFT p50', [10.2], null)],
    english,
    OPTIONS,
  );
  const [tpot, ttft] = plot?.drawings ?? [];
  assert.ok(tpot?.kind === 'chart' && ttft?.kind === 'chart');
  assert.deepEqual([plot?.id, plot?.title], ['pairs', 'Before and after']);
  assert.match(plot?.definition[0] ?? '', /99 % interval/);
  const looks = tpot.layers.map((layer) =>
    'points' in layer ? layer.points.map(({ x, y }) => [x, y]) : layer,
  );
  assert.deepEqual(looks, [
    { kind: 'shade', axis: 'y', from: 1 / 1.03, to: 1.03 },
    { kind: 'level', at: 1.05, label: '' },
    [
      [1, 1.05],
      [2, 1.04],
      [3, 1.06],
    ],
  ]);
  assert.ok(tpot.y.domain[1] < 2 && ttft.y.domain[1] >= 10.2);
  assert.deepEqual([tpot.title, ttft.title], ['TPOT p50 +5.0 %', 'TTFT p50 ×10']);
  assert.deepEqual(plot?.table.rows, [
    ['TPOT p50', '+5.0 %', '+3.0 %', '+7.0 %', '3'],
    ['TTFT p50', '×10', '–', '–', '1'],
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

test('runs that were made in turn are pairs: a drawing for each metric that decides', () => {
  const [plot, more] = plotsOf(numbered(before, [1, 4, 5]), numbered(after, [2, 3, 6]));
  assert.deepEqual([plot?.id, plot?.title, more], ['pairs-1', 'Before and after at 2x4', undefined]);
  const [e2el] = plot?.table.rows ?? [];
  assert.deepEqual([e2el?.[0], e2el?.[1], e2el?.[4]], ['E2EL p50', '+10 %', '3']);
  const [drawing] = plot?.drawings ?? [];
  const dots = drawing?.kind === 'chart' ? drawing.layers.at(-1) : undefined;
  assert.deepEqual(dots !== undefined && 'points' in dots && dots.points.map(({ words }) => words[0]), [
    'runs 1 and 2',
    'runs 4 and 3',
    'runs 5 and 6',
  ]);
});

test('no pairs: one label after the other, unlike numbers, too few valid ones, three labels', () => {
  assert.deepEqual(plotsOf(numbered(before, [1, 2, 3]), numbered(after, [4, 5, 6])), []);
  assert.deepEqual(plotsOf(numbered(before, [1, 4, 5]), numbered(after, [2, 3])), []);
  const bad = numbered(after, [2, 3, 6]).with(1, { ...(after[1] ?? assert.fail()), id: 3, valid: false });
  assert.deepEqual(plotsOf(numbered(before, [1, 4, 5]), bad), []);
  const third = before.map((run, k) => ({ ...run, label: 'third', id: 7 + k }));
  assert.deepEqual(plotsOf(numbered(before, [1, 4, 5]), numbered(after, [2, 3, 6]), third), []);
});
