import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunSummary } from '../../../src/measure/run-summary.ts';
import { messagesOf } from '../../../src/report/messages/messages.ts';
import { runPairPlots } from '../../../src/report/plots/run-pairs.ts';
import { groupRuns } from '../../../src/report/runs-report.ts';
import { sampleSummaries } from '../../helpers/sample-runs.ts';

const english = messagesOf('en');

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
  assert.deepEqual([e2el?.[0], e2el?.[1], e2el?.[4]], ['E2EL p50', '+10.0 %', '3']);
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
