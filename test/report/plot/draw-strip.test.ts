import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawStrip } from '../../../src/report/plot/draw-strip.ts';

const strip = (ratio: number, interval: readonly [number, number] | null) =>
  drawStrip(
    {
      kind: 'strip',
      description: 'd',
      reach: Math.log(1.5),
      ticks: [{ at: 0, name: 'no change' }],
      rows: [
        {
          name: 'TPOT p50',
          estimate: Math.log(ratio),
          interval,
          margin: Math.log1p(0.03),
          figure: '+5.0 % ✕ worse',
          tip: 'TPOT +5.0 %',
          points: [
            { at: 0.04, words: ['pair 1', '+4.1 %'] },
            { at: 0.06, words: ['pair 2', '+6.2 %'] },
          ],
        },
      ],
    },
    's',
    'Strip',
  );

test('name, dots, interval, estimate and figure are on one row, before the band of the margin', () => {
  const svg = strip(1.05, [0.02, 0.08]);
  const ys = [...svg.matchAll(/<text class="(?:axis|figure)"[^>]* y="([\d.]+)"/g)].map(([, y]) => y);
  assert.equal(new Set(ys).size, 1);
  assert.match(svg, /class="shade"[\s\S]*class="mark interval"[\s\S]*class="mark estimate"/);
  assert.match(svg, /data-words="pair 1;\+4\.1\u00a0%\|pair 2;\+6\.2\u00a0%"/);
});

test('a change beyond the axis is an arrow at its end, and its figure is not lost', () => {
  const svg = strip(10.2, [2.1, 2.5]);
  assert.doesNotMatch(svg, /class="mark interval"/);
  assert.match(svg, /class="mark estimate" d="M[\d.]+ [\d.]+h12m-6 -5l6 5l-6 5"/);
  assert.match(svg, /\+5\.0\u00a0% ✕ worse/);
});

test('too few pairs for an interval show none', () => {
  assert.doesNotMatch(strip(1.05, null), /class="mark interval/);
});
