import assert from 'node:assert/strict';
import { test } from 'node:test';
import { distributionPlot } from '../../../src/report/plots/distribution-plot.ts';
import { english } from '../../../src/report/words/english.ts';
import { pointsOf, sampleCells } from '../../helpers/sample-cells.ts';

const { cells } = sampleCells({ repeats: 2 });

test('runs of a cell together, as a distribution function and by percentile', () => {
  const plot = distributionPlot('e2el', 'E2EL', (series) => series.e2elMs, cells, english);
  const [whole, tail] = plot?.drawings ?? [];
  assert.ok(whole?.kind === 'chart' && tail?.kind === 'chart');
  assert.equal(whole.layers.length, 4);
  for (const { x, y } of pointsOf(plot)) assert.ok(Number.isFinite(x) && Number.isFinite(y));
  assert.equal(tail.x.kind, 'tail');
  const n = cells[0]?.runs.reduce((sum, { summary }) => sum + summary.e2elMs.count, 0);
  assert.equal(plot?.table.rows[0]?.[1], String(n));
});

test('the table prints a percentile only where the sample carries it', () => {
  const plot = distributionPlot('e2el', 'E2EL', (series) => series.e2elMs, cells, english);
  const [few, , , many] = plot?.table.rows ?? [];
  assert.equal(few?.at(-1), '–');
  assert.match(many?.at(-1) ?? '', / s$/);
});

test('a latency that no request has is no plot', () => {
  assert.equal(
    distributionPlot('ttft', 'TTFT', (series) => series.ttftMs, cells, english),
    null,
  );
});
