import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messagesOf } from '../../../src/report/messages/messages.ts';
import { loadPlot } from '../../../src/report/plots/load-plot.ts';
import { sampleCells } from '../../helpers/sample-cells.ts';
import { PAGE_CELLS, sampleGroup } from '../../helpers/sample-group.ts';

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
    plot?.legend.map(({ name }) => name),
    ['reference', 'after'],
  );
  assert.equal(plot?.drawings.length, 3);
  assert.match(plot?.table.rows.at(-1)?.[0] ?? '', /^after 200$/);
});

test('without a valid run there is nothing to draw', () => {
  const overrides = { valid: false };
  assert.equal(loadPlot([sampleGroup(PAGE_CELLS.map((cell) => ({ ...cell, overrides })))], english), null);
});
