import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messagesOf } from '../../../src/report/messages/messages.ts';
import { arrivalsPlot, loadCurve, loadPlot } from '../../../src/report/plots/load-plot.ts';
import { sampleCells } from '../../helpers/sample-cells.ts';
import { openCell, PAGE_CELLS, sampleGroup } from '../../helpers/sample-group.ts';

const english = messagesOf('en');

test('rate and latency by connections with the knee marked, and the table behind', () => {
  const plot = loadPlot([sampleGroup(PAGE_CELLS)], english);
  const [rate] = plot?.drawings ?? [];
  assert.ok(rate?.kind === 'chart');
  assert.deepEqual(rate.layers[0], { kind: 'rule', at: 100, label: 'knee: 100', series: 11 });
  const line = rate.layers[1];
  assert.ok(line !== undefined && 'points' in line);
  assert.deepEqual(
    line.points.map(({ x }) => x),
    [20, 100, 200],
  );
  assert.deepEqual(plot?.table.rows[0], ['20', '6.34', '3.07 s', '1', '1,000']);
});

test('several labels lie over each other, each by its name', () => {
  const { group } = sampleCells({ streamed: true });
  const plot = loadPlot([group, { ...group, label: 'after' }], english);
  assert.deepEqual(
    plot?.legend?.map(({ name }) => name),
    ['reference', 'after'],
  );
  assert.equal(plot?.drawings.length, 3);
  assert.match(plot?.table.rows.at(-1)?.[0] ?? '', /^after 200$/);
});

test('without a valid run there is nothing to draw', () => {
  const overrides = { valid: false };
  assert.equal(loadPlot([sampleGroup(PAGE_CELLS.map((cell) => ({ ...cell, overrides })))], english), null);
});

test('answers, response times and first tokens by arrivals, and the table behind', () => {
  const plot = arrivalsPlot([sampleGroup([...PAGE_CELLS, openCell(12.5), openCell(5)])], english);
  assert.equal(plot?.drawings.length, 3);
  const [rate] = plot.drawings;
  assert.ok(rate?.kind === 'chart');
  assert.equal(rate.x.label, 'arrivals/s');
  const [line] = rate.layers;
  assert.ok(line !== undefined && 'points' in line);
  assert.deepEqual(
    line.points.map(({ x, y }) => [x, y]),
    [
      [5, 4.75],
      [12.5, 11.875],
    ],
  );
  assert.deepEqual(plot.table.rows, [
    ['5', '4.75', '5.00 s', '1', '1,000'],
    ['12.5', '11.9', '12.5 s', '1', '1,000'],
  ]);
});

test('closed loops are not in it', () => {
  assert.equal(arrivalsPlot([sampleGroup(PAGE_CELLS)], english), null);
});

test('labels have colours of their own, each its knee, each load the range of its runs', () => {
  const { group } = sampleCells({ streamed: true, repeats: 3 });
  const plot = loadPlot([group, { ...group, label: 'after' }], english);
  assert.deepEqual(
    plot?.legend?.map(({ series, name }) => [series, name]),
    [
      [10, 'reference'],
      [11, 'after'],
    ],
  );
  const [rate] = plot?.drawings ?? [];
  assert.ok(rate?.kind === 'chart');
  const rules = rate.layers.flatMap((layer) => (layer.kind === 'rule' ? [layer.series] : []));
  assert.deepEqual(rules, [10, 11]);
  const line = rate.layers.find((layer) => layer.kind === 'linked-dots');
  const [low = 1, high = 0] = (line !== undefined && 'points' in line ? line.points[0]?.range : null) ?? [];
  assert.ok(low <= high);
  assert.match(
    plot?.definition.join(' ') ?? '',
    /10x100, 100x100 have the same connections and are one point/,
  );
});

test('the load curve has a point a load, a dot a run, and the limit as a line', () => {
  const { group } = sampleCells({ streamed: true, repeats: 3 });
  const plot = loadCurve([group], { e2elMs: 4_000, ttftMs: null }, english);
  const [e2el] = plot?.drawings ?? [];
  assert.ok(e2el?.kind === 'chart');
  assert.equal(e2el.x.label, 'served tokens/s');
  const sizes = e2el.layers.map((layer) => ('points' in layer ? layer.points.length : layer.kind));
  assert.deepEqual(sizes, ['level', 12, 4]);
  assert.equal(plot?.table.rows.length, 4);
  const [only = assert.fail()] = group.cells;
  assert.equal(loadCurve([{ ...group, cells: [only] }], { e2elMs: null, ttftMs: null }, english), null);
});
