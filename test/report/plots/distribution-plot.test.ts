import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messagesOf } from '../../../src/report/messages/messages.ts';
import { distributionPlot } from '../../../src/report/plots/distribution-plot.ts';
import { pointsOf, sampleCells } from '../../helpers/sample-cells.ts';

const english = messagesOf('en');

const { drawn } = sampleCells({ repeats: 2 });
const BOTH = ['shares', 'tail'] as const;

test('runs of a cell together, as a distribution function and by percentile', () => {
  const plot = distributionPlot('e2el', 'e2elMs', BOTH, drawn, english);
  const [whole, tail] = plot?.drawings ?? [];
  assert.ok(whole?.kind === 'chart' && tail?.kind === 'chart');
  for (const { x, y } of pointsOf(plot)) assert.ok(Number.isFinite(x) && Number.isFinite(y));
  assert.equal(tail.x.kind, 'tail');
  const counts = drawn[0]?.lines[0]?.runs.map(({ summary }) => summary.e2elMs.count) ?? [];
  assert.equal(plot?.table.rows[0]?.[1], String(Math.min(...counts)));
});

test('table and lines follow one rule: beyond the last percentile of each run a line is dotted', () => {
  const plot = distributionPlot('e2el', 'e2elMs', BOTH, drawn, english);
  const [few, , , many] = plot?.table.rows ?? [];
  assert.equal(few?.at(-1), '–');
  assert.match(many?.at(-1) ?? '', / s$/);
  const [whole] = plot?.drawings ?? [];
  assert.ok(whole?.kind === 'chart');
  const solid = whole.layers.flatMap((layer) => ('beyond' in layer && layer.beyond ? [] : [layer]));
  const shares = solid.map((layer) => ('points' in layer ? (layer.points.at(-1)?.y ?? 0) : 0));
  assert.equal(whole.layers.length, 8);
  assert.ok((shares[0] ?? 1) <= 0.95, `${shares}`);
  assert.ok((shares[3] ?? 0) > 0.98, `${shares}`);
});

test('each line has its name at its end', () => {
  const plot = distributionPlot('e2el', 'e2elMs', BOTH, drawn, english);
  const [whole] = plot?.drawings ?? [];
  assert.ok(whole?.kind === 'chart');
  const names = whole.layers.flatMap((layer) => ('label' in layer ? [layer.label] : []));
  assert.deepEqual(names, ['10x20', '10x100', '100x100', '100x200']);
});

test('several labels share their axes, load by load', () => {
  const [one] = drawn;
  const loads = (one?.lines ?? []).map((line) => ({
    title: line.name,
    lines: [line, { ...line, name: 'after' }],
  }));
  const plot = distributionPlot('e2el', 'e2elMs', ['shares'], loads, english);
  const domains = plot?.drawings.map((drawing) => (drawing.kind === 'chart' ? `${drawing.x.domain}` : ''));
  assert.equal(domains?.length, 4);
  assert.equal(new Set(domains).size, 1);
});

test('there is no plot of a latency that no request has', () => {
  assert.equal(distributionPlot('ttft', 'ttftMs', BOTH, drawn, english), null);
});

test('one value is a curve too: up from nothing, and along the whole scale of percentiles', () => {
  const [line = assert.fail()] = drawn[0]?.lines ?? [];
  const [run = assert.fail()] = line.runs;
  const e2elMs = { values: [31], counts: [1], count: 1 };
  const single = { ...line, runs: [{ ...run, series: { ...run.series, e2elMs } }] };
  const plot = distributionPlot('e2el', 'e2elMs', BOTH, [{ title: '', lines: [single] }], english);
  const points = pointsOf(plot).map(({ x, y }) => `${x},${y}`);
  assert.deepEqual([...new Set(points)], ['31,0', '31,1', '0,31', '0.95,31']);
});
