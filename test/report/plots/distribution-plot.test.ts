import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PERCENTILES } from '../../../src/measure/sample.ts';
import { messagesOf } from '../../../src/report/messages/messages.ts';
import { distributionPlot } from '../../../src/report/plots/distribution-plot.ts';
import { pointsOf, sampleCells } from '../../helpers/sample-cells.ts';

const english = messagesOf('en');

const { cells } = sampleCells({ repeats: 2 });

test('runs of a cell together, as a distribution function and by percentile', () => {
  const plot = distributionPlot('e2el', 'E2EL', (series) => series.e2elMs, cells, english, PERCENTILES);
  const [whole, tail] = plot?.drawings ?? [];
  assert.ok(whole?.kind === 'chart' && tail?.kind === 'chart');
  assert.equal(whole.layers.length, 4);
  for (const { x, y } of pointsOf(plot)) assert.ok(Number.isFinite(x) && Number.isFinite(y));
  assert.equal(tail.x.kind, 'tail');
  const n = cells[0]?.runs.reduce((sum, { summary }) => sum + summary.e2elMs.count, 0);
  assert.equal(plot?.table.rows[0]?.[1], String(n));
});

test('the table prints a percentile only where the sample carries it', () => {
  const plot = distributionPlot('e2el', 'E2EL', (series) => series.e2elMs, cells, english, PERCENTILES);
  const [few, , , many] = plot?.table.rows ?? [];
  assert.equal(few?.at(-1), '–');
  assert.match(many?.at(-1) ?? '', / s$/);
});

test('a latency that no request has is no plot', () => {
  assert.equal(
    distributionPlot('ttft', 'TTFT', (series) => series.ttftMs, cells, english, PERCENTILES),
    null,
  );
});

test('one value is a curve too: up from nothing, and along the whole scale of percentiles', () => {
  const [first = assert.fail()] = cells;
  const one = [{ ...first, runs: first.runs.slice(0, 1) }];
  const single = () => ({ values: [31], counts: [1], count: 1 });
  const plot = distributionPlot('e2el', 'E2EL', single, one, english, PERCENTILES);
  assert.deepEqual(
    pointsOf(plot).map(({ x, y }) => [x, y]),
    [
      [31, 0],
      [31, 1],
      [0, 31],
      [0.95, 31],
    ],
  );
});
