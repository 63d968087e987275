import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messagesOf } from '../../../src/report/messages/messages.ts';
import { ttftItlPlot } from '../../../src/report/plots/scatter-plots.ts';
import { pointsOf, sampleCells } from '../../helpers/sample-cells.ts';

const english = messagesOf('en');

test('a bounded number of requests, of which the plot says how many there were', () => {
  const { drawn } = sampleCells({ streamed: true, repeats: 3, windowSec: 60 });
  const plot = ttftItlPlot('t', drawn, english);
  const points = pointsOf(plot);
  assert.ok(points.length > 500 && points.length <= 1004, `${points.length}`);
  const total = drawn
    .flatMap(({ lines }) => lines.flatMap(({ runs }) => runs))
    .reduce((sum, { summary }) => sum + summary.tpotMs.count, 0);
  assert.ok(plot?.definition[0]?.includes(total.toLocaleString('en-US')));
});

test('the table has four equal parts a cell, rising by TTFT', () => {
  const [line = assert.fail()] = sampleCells({ streamed: true }).drawn[0]?.lines ?? [];
  const rows = ttftItlPlot('t', [{ title: '', lines: [line] }], english)?.table.rows ?? [];
  assert.deepEqual(
    rows.map((row) => row[1]),
    ['1', '2', '3', '4'],
  );
  assert.equal(
    rows.reduce((sum, row) => sum + Number(row[2]), 0),
    line.runs[0]?.series.sample.points.length,
  );
});

test('plain answers have no first token', () => {
  assert.equal(ttftItlPlot('t', sampleCells().drawn, english), null);
});
