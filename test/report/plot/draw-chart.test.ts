import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Chart, Layer } from '../../../src/report/plot/chart.ts';
import { drawChart, seriesClass } from '../../../src/report/plot/draw-chart.ts';

const axis = (label: string, domain: readonly [number, number]) => ({
  label,
  kind: 'linear' as const,
  domain,
  format: (value: number) => value.toFixed(2),
});

const POINTS = [
  { x: 0, y: 0, words: ['0', '0'] },
  { x: 10, y: 5, words: ['10', '5'] },
];

function draw(...layers: readonly Layer[]): string {
  const chart: Chart = {
    kind: 'chart',
    description: 'd',
    height: 300,
    x: axis('time', [0, 10]),
    y: axis('rate', [0, 5]),
    layers,
  };
  return drawChart(chart, 'c', 'Title');
}

const marks = (kind: 'line' | 'step' | 'rise' | 'dots' | 'linked-dots'): Layer => ({
  kind,
  series: 0,
  points: POINTS,
  tip: '{0}: {1}',
});
const pathOf = (svg: string) => / d="([^"]+)"/.exec(svg)?.[1];

test('each kind of mark has its path', () => {
  assert.equal(pathOf(draw(marks('line'))), 'M92 244L600 40');
  assert.equal(pathOf(draw(marks('step'))), 'M92 244H600V40');
  assert.equal(pathOf(draw(marks('rise'))), 'M92 244V40H600');
  assert.equal(pathOf(draw(marks('dots'))), 'M92 244h0M600 40h0');
  assert.equal(draw(marks('linked-dots')).match(/class="mark /g)?.length, 2);
  const bars: Layer = {
    kind: 'bars',
    series: 1,
    width: 5,
    tip: '{0}',
    points: [{ x: 0, y: 5, words: ['x'] }],
  };
  assert.equal(pathOf(draw(bars)), 'M92 244V40h254V244z');
});

test('what the pointer is told stands beside the marks, each word once', () => {
  const svg = draw(marks('line'));
  assert.match(svg, /data-x="92 600" data-y="244 40" data-tip="\{0\}: \{1\}" data-words="0;0\|10;5"/);
});

test('rules keep their label on the inner side', () => {
  assert.match(
    draw({ kind: 'rule', at: 1, label: 'knee' }),
    /class="note" x="148.8" y="56" text-anchor="start">knee</,
  );
  assert.match(draw({ kind: 'rule', at: 9, label: 'knee' }), /text-anchor="end">knee</);
  assert.match(draw({ kind: 'diagonal', label: 'equal' }), /x1="92" x2="600" y1="244" y2="40"/);
});

test('labels of a tape are text', () => {
  assert.ok(!draw({ kind: 'rule', at: 1, label: '<script>alert(1)</script>' }).includes('<script'));
});

test('more series than colours are told apart by dashes', () => {
  assert.deepEqual([0, 7, 8].map(seriesClass), ['s0', 's7', 's0 again']);
});
