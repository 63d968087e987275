import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawStrip } from '../../../src/report/plot/draw-strip.ts';

const strip = (interval: readonly [number, number] | null) =>
  drawStrip(
    {
      kind: 'strip',
      description: 'd',
      zeroLabel: 'no change',
      axis: { label: 'change', kind: 'linear', domain: [-10, 10], format: (value) => `${value} %` },
      rows: [
        {
          name: 'TPOT p50',
          estimate: 5,
          interval,
          tip: 'TPOT +5 %',
          points: [
            { at: 4, words: ['pair 1', '+4 %'] },
            { at: 6, words: ['pair 2', '+6 %'] },
          ],
        },
      ],
    },
    's',
    'Strip',
  );

test('a dot a pair, a bar for the interval, a line for the estimate and one for no change', () => {
  const svg = strip([2, 8]);
  assert.match(svg, /class="mark interval" x="378" width="174"/);
  assert.match(svg, /class="mark estimate" x1="465" x2="465"/);
  assert.match(svg, /data-words="pair 1;\+4 %\|pair 2;\+6 %"/);
  assert.match(svg, /class="rule" x1="320"/);
});

test('too few pairs for an interval show none', () => {
  assert.doesNotMatch(strip(null), /interval/);
});
