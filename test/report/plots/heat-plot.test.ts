import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messagesOf } from '../../../src/report/messages/messages.ts';
import { heatPlot } from '../../../src/report/plots/heat-plot.ts';
import { PAGE_CELLS, sampleGroup } from '../../helpers/sample-group.ts';

const english = messagesOf('en');

const [page = assert.fail()] = PAGE_CELLS;
const at = (threads: number, connections: number, overrides = {}) => ({
  ...page,
  threads,
  connections,
  overrides,
});
const SQUARE = [1, 2, 4].flatMap((threads) =>
  [10, 20, 40].map((connections) =>
    at(threads, connections, { servedRequestsPerSec: threads * connections }),
  ),
);

test('a map for each figure, threads down and connections across, least to most', () => {
  const plot = heatPlot([sampleGroup(SQUARE)], english);
  const [rate, mean, ttft, ...more] = plot?.drawings ?? [];
  assert.ok(rate?.kind === 'heat' && mean?.kind === 'heat' && ttft?.kind === 'heat');
  // Nothing failed: there is no map of nothing.
  assert.equal(more.length, 0);
  assert.deepEqual(
    [rate.rows, rate.columns],
    [
      ['1', '2', '4'],
      ['10', '20', '40'],
    ],
  );
  assert.deepEqual([rate.cells[0]?.shade, rate.cells.at(-1)?.shade], [0, 1]);
  // Equal values are neither least nor most.
  assert.deepEqual(new Set(mean.cells.map(({ shade }) => shade)), new Set([0.5]));
});

test('two labels: the change, neutral within the margin, never two scales', () => {
  const after = SQUARE.map((cell, i) => ({
    ...cell,
    overrides: {
      servedRequestsPerSec: cell.threads * cell.connections * (i === 0 ? 0.5 : i === 1 ? 1.5 : 1.01),
    },
  }));
  const plot = heatPlot([sampleGroup(SQUARE), { ...sampleGroup(after), label: 'after' }], english);
  const [rate] = plot?.drawings ?? [];
  assert.ok(rate?.kind === 'heat');
  assert.deepEqual(
    rate.cells.slice(0, 3).map(({ shade, label }) => [shade, label]),
    [
      ['worse', '−50 %'],
      ['better', '+50 %'],
      ['same', '+1.0 %'],
    ],
  );
});

test('three labels share one scale', () => {
  const half = SQUARE.map((cell) => ({
    ...cell,
    overrides: { servedRequestsPerSec: (cell.threads * cell.connections) / 2 },
  }));
  const groups = [
    sampleGroup(SQUARE),
    { ...sampleGroup(half), label: 'b' },
    { ...sampleGroup(half), label: 'c' },
  ];
  const shades = heatPlot(groups, english)
    ?.drawings.slice(0, 2)
    .map((one) => (one.kind === 'heat' ? one.cells.at(-1)?.shade : null));
  assert.equal(shades?.[0], 1);
  assert.ok(Number(shades?.[1]) < 0.6, `${shades}`);
});

test('fewer than three by three loads are a table and no map', () => {
  assert.equal(heatPlot([sampleGroup(PAGE_CELLS)], english), null);
  assert.equal(heatPlot([sampleGroup(SQUARE.slice(0, 6))], english), null);
});

test('failed requests have a map of their own', () => {
  const cells = SQUARE.map((cell, i) => ({ ...cell, overrides: { errors: i * 10 } }));
  assert.equal(heatPlot([sampleGroup(cells)], english)?.drawings.length, 4);
});
