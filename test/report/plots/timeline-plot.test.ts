import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messagesOf } from '../../../src/report/messages/messages.ts';
import { timelinePlot } from '../../../src/report/plots/time-plots.ts';
import { sampleCells } from '../../helpers/sample-cells.ts';

const english = messagesOf('en');

const { cells } = sampleCells({ repeats: 3 });
const [cell] = cells;
assert.ok(cell !== undefined);

test('in flight and tokens over the median run, with the end of sending marked', () => {
  const plot = timelinePlot('t', cell, english);
  const [flight, tokens, ...more] = plot?.drawings ?? [];
  assert.ok(flight?.kind === 'chart' && tokens?.kind === 'chart');
  assert.equal(more.length, 0);
  assert.equal(tokens.y.label, 'output tokens/s');
  assert.deepEqual(flight.layers[0], { kind: 'rule', at: 20_000, label: 'sending ended' });
  assert.equal(plot?.table.rows.length, cell.runs[0]?.series.timeline.bins.length);
  assert.match(plot?.definition[0] ?? '', /^Run \d+, the one with the median throughput.*bins of 500 ms\.$/);
});

test('errors are drawn where there are some; without token counts, answers take their place', () => {
  const runs = cell.runs.map((run) => ({
    ...run,
    summary: { ...run.summary, errors: 2, outputTokensPerSec: null },
  }));
  const plot = timelinePlot('t', { ...cell, runs }, english);
  assert.deepEqual(
    plot?.drawings.map((drawing) => (drawing.kind === 'chart' ? drawing.y.label : '')),
    ['in flight', 'requests/s', 'errors'],
  );
  assert.ok(plot?.table.rows.every((row) => row[3] === '–'));
});

test('a run without a request has no time to draw', () => {
  const runs = cell.runs.map((run) => ({
    ...run,
    series: { ...run.series, timeline: { binMs: 10, bins: [] } },
  }));
  assert.equal(timelinePlot('t', { ...cell, runs }, english), null);
  assert.equal(timelinePlot('t', { ...cell, runs: [] }, english), null);
});
