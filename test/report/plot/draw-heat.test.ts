import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawHeat, SHADES } from '../../../src/report/plot/draw-heat.ts';

test('a rectangle with its value for each cell that was run, darker for more', () => {
  const svg = drawHeat(
    {
      kind: 'heat',
      description: 'd',
      rowLabel: 'threads',
      columnLabel: 'connections',
      rows: ['10', '100'],
      columns: ['20', '<100>'],
      cells: [
        { row: 0, column: 0, shade: 0, label: '6.34', tip: 'least' },
        { row: 1, column: 1, shade: 1, label: '36.6', tip: 'most' },
      ],
    },
    'h',
    'Heat',
  );
  assert.equal(svg.match(/<rect class="mark heat/g)?.length, 2);
  assert.match(svg, /class="mark heat h0".*class="heat-label t0".*>6\.34</);
  assert.match(svg, new RegExp(`class="mark heat h${SHADES - 1}"`));
  assert.match(svg, /data-tip="most" data-words=""/);
  assert.match(svg, /&lt;100&gt;/);
});
