import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messagesOf } from '../../../src/report/messages/messages.ts';
import { heatPlot } from '../../../src/report/plots/heat-plot.ts';
import { PAGE_CELLS, sampleGroup } from '../../helpers/sample-group.ts';

const english = messagesOf('en');

test('a map for each figure, threads down and connections across, least to most', () => {
  const plot = heatPlot('heat', sampleGroup(PAGE_CELLS), english);
  const [rate, mean, ttft, ...more] = plot?.drawings ?? [];
  assert.ok(rate?.kind === 'heat' && mean?.kind === 'heat' && ttft?.kind === 'heat');
  // Nothing failed: there is no map of nothing.
  assert.equal(more.length, 0);
  assert.deepEqual(
    [rate.rows, rate.columns],
    [
      ['10', '100'],
      ['20', '100', '200'],
    ],
  );
  assert.deepEqual(
    rate.cells.map(({ row, column, level }) => [row, column, Math.round(level * 100)]),
    [
      [0, 0, 0],
      [0, 1, 67],
      [1, 1, 67],
      [1, 2, 100],
    ],
  );
  assert.deepEqual(plot?.table.rows.at(-1)?.slice(0, 3), ['100x200', '36.60', '5.27 s']);
});

test('failed requests have a map of their own', () => {
  const cells = PAGE_CELLS.map((cell, i) => ({ ...cell, overrides: { errors: i * 10 } }));
  const plot = heatPlot('heat', sampleGroup(cells), english);
  assert.equal(plot?.drawings.length, 4);
  assert.equal(plot?.table.rows.at(-1)?.at(-1), '3 %');
});

test('one cell is no matrix; equal values are neither least nor most', () => {
  assert.equal(heatPlot('heat', sampleGroup(PAGE_CELLS.slice(0, 1)), english), null);
  const [cell] = PAGE_CELLS;
  assert.ok(cell !== undefined);
  const [map] = heatPlot('heat', sampleGroup([cell, { ...cell, threads: 20 }]), english)?.drawings ?? [];
  assert.ok(map?.kind === 'heat');
  assert.deepEqual(
    map.cells.map(({ level }) => level),
    [0.5, 0.5],
  );
});
