import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messagesOf } from '../../../src/report/messages/messages.ts';
import { arrivalsPlot, type LoadPoint, loadDrawing, loadPlot } from '../../../src/report/plots/load-plot.ts';
import { sampleCells } from '../../helpers/sample-cells.ts';
import { openCell, PAGE_CELLS, sampleGroup } from '../../helpers/sample-group.ts';

const english = messagesOf('en');

test('rate and latency by connections with the knee marked, and the table behind', () => {
  const plot = loadPlot([sampleGroup(PAGE_CELLS)], english);
  const [rate] = plot?.drawings ?? [];
  assert.ok(rate?.kind === 'chart');
  assert.deepEqual(rate.layers[0], { kind: 'rule', at: 100, label: 'knee: 100' });
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
    ['12.5', '11.88', '12.50 s', '1', '1,000'],
  ]);
});

test('closed loops are not in it', () => {
  assert.equal(arrivalsPlot([sampleGroup(PAGE_CELLS)], english), null);
});

const AXIS = {
  id: 'load',
  title: 'Load',
  lead: 'What it gave.',
  definition: ['Medians.'],
  label: 'loads',
  header: 'load',
  meanLatency: 'mean',
  ttft: 'first token',
  format: String,
  rules: [{ at: 10, label: 'here' }],
};
const POINT: LoadPoint = {
  group: 0,
  load: 10,
  requestsPerSec: 5,
  meanMs: 200,
  ttftMs: null,
  runs: 1,
  requests: 50,
};
const group = sampleGroup(PAGE_CELLS);

test('a chart for each figure that is known, with the marks before the points', () => {
  const plot = loadDrawing(AXIS, [POINT, { ...POINT, load: 20 }], [group], english);
  assert.equal(plot?.drawings.length, 2);
  for (const drawing of plot.drawings) {
    assert.ok(drawing.kind === 'chart');
    assert.deepEqual(
      drawing.layers.map(({ kind }) => kind),
      ['rule', 'linked-dots'],
    );
  }
  const streamed = loadDrawing(AXIS, [{ ...POINT, ttftMs: 30 }], [group], english);
  assert.equal(streamed?.drawings.length, 3);
});

test('several labels are told apart by name in the table and by colour in the drawing', () => {
  const groups = [group, { ...group, label: 'after' }];
  const plot = loadDrawing(AXIS, [POINT, { ...POINT, group: 1 }], groups, english);
  assert.deepEqual(
    plot?.table.rows.map(([load]) => load),
    ['reference 10', 'after 10'],
  );
  assert.deepEqual(
    plot?.legend?.map(({ series, name }) => [series, name]),
    [
      [0, 'reference'],
      [1, 'after'],
    ],
  );
});

test('nothing of nothing', () => assert.equal(loadDrawing(AXIS, [], [], english), null));
