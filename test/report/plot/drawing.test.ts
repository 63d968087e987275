import assert from 'node:assert/strict';
import { test } from 'node:test';
import { axisX, axisY, svgOf } from '../../../src/report/plot/drawing.ts';
import { text } from '../../../src/report/plot/markup.ts';
import { makeScale } from '../../../src/report/plot/scale.ts';

const FRAME = { left: 100, right: 500, top: 40, bottom: 240 };
const axis = { label: '<time>', format: (value: number) => value.toFixed(2) };

test('an image with a name and a description', () => {
  assert.equal(
    svgOf('c', 'Title', 'd', [420, 300], [text('x')]),
    '<svg class="drawing" viewBox="0 0 420 300" role="img" aria-labelledby="c-t c-d"><title id="c-t">Title</title><desc id="c-d">d</desc>x</svg>',
  );
});

test('a grid line for each mark, and a name where it does not touch another one', () => {
  const below = axisX(axis, makeScale('linear', [0, 10], [100, 500]), FRAME);
  assert.match(below, /^<g aria-hidden="true">/);
  assert.match(below, /x1="500" x2="500" y1="40" y2="240"/);
  // Zeros that say nothing go from the axis.
  assert.match(below, />10<\/text>/);
  assert.match(below, />&lt;time&gt;<\/text>/);
  assert.deepEqual([below.match(/class="tick"/g)?.length, below.match(/class="grid"/g)?.length], [6, 6]);
  const narrow = axisX(axis, makeScale('linear', [0, 10], [100, 160]), FRAME);
  assert.deepEqual([narrow.match(/class="tick"/g)?.length, narrow.match(/class="grid"/g)?.length], [3, 6]);
  const beside = axisY(axis, makeScale('linear', [0, 10], [240, 40]), FRAME);
  assert.match(beside, /x1="100" x2="500" y1="240" y2="240"/);
});
