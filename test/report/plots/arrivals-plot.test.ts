import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messagesOf } from '../../../src/report/messages/messages.ts';
import { arrivalsPlot } from '../../../src/report/plots/arrivals-plot.ts';
import { openCell, PAGE_CELLS, sampleGroup } from '../../helpers/sample-group.ts';

const english = messagesOf('en');

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
