import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Chart, Layer } from '../../../src/report/plot/chart.ts';
import { drawChart, drawStack, seriesClass } from '../../../src/report/plot/draw-chart.ts';

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
  assert.equal(pathOf(draw(marks('line'))), 'M62 254L398 38');
  assert.equal(pathOf(draw(marks('step'))), 'M62 254H398V38');
  assert.equal(pathOf(draw(marks('rise'))), 'M62 254V38H398');
  assert.equal(pathOf(draw(marks('dots'))), 'M62 254h0M398 38h0');
  assert.equal(draw(marks('linked-dots')).match(/class="mark /g)?.length, 2);
  const bars: Layer = {
    kind: 'bars',
    series: 1,
    width: 5,
    tip: '{0}',
    points: [{ x: 0, y: 5, words: ['x'] }],
  };
  assert.equal(pathOf(draw(bars)), 'M62 254V38h168V254z');
});

test('values for the pointer are stored next to the marks, each text once', () => {
  const svg = draw(marks('line'));
  assert.match(svg, /data-x="62 398" data-y="254 38" data-tip="\{0\}: \{1\}" data-words="0;0\|10;5"/);
});

test('the word of a rule is above the frame, where no line crosses it', () => {
  assert.match(
    draw({ kind: 'rule', at: 1, label: 'knee' }),
    /class="note" x="95.6" y="32" text-anchor="start">knee</,
  );
  assert.match(draw({ kind: 'rule', at: 9, label: 'knee' }), /text-anchor="end">knee</);
  assert.match(draw({ kind: 'diagonal', label: 'equal' }), /x1="62" x2="398" y1="254" y2="38"/);
});

test('labels of a tape are text', () => {
  assert.ok(!draw({ kind: 'rule', at: 1, label: '<script>alert(1)</script>' }).includes('<script'));
});

test('names beside lines are moved apart', () => {
  const named = (label: string, y: number): Layer => ({
    kind: 'line',
    series: 20,
    label,
    tip: '',
    points: [{ x: 10, y, words: [] }],
  });
  const svg = draw(named('a', 2), named('b', 2.05), named('c', 2.1));
  const ys = [...svg.matchAll(/class="line-name s20"[^>]* y="([\d.]+)"/g)].map(([, y]) => Number(y));
  assert.equal(ys.length, 3);
  for (const [i, y] of ys.entries()) assert.ok(i === 0 || y - (ys[i - 1] ?? 0) >= 14, `${ys}`);
});

test('limits, shades, whiskers and what few values support have looks of their own', () => {
  const svg = draw(
    { kind: 'level', at: 4, label: 'limit 4' },
    { kind: 'shade', axis: 'x', from: 8, to: 10 },
    { kind: 'linked-dots', series: 11, tip: '', points: [{ x: 5, y: 2, words: [], range: [1, 3] }] },
    { kind: 'rise', series: 11, tip: '', beyond: true, points: POINTS },
  );
  assert.match(svg, /class="shade" x="330.8" y="38" width="67.2"/);
  assert.match(svg, /text-anchor="end">limit 4</);
  assert.match(svg, /class="whisker s11" d="M230 210.8V124.4"/);
  assert.match(svg, /class="mark line beyond s11"/);
});

test('a stack has one axis of time, one word above it, and panels that do not touch', () => {
  const panel = { y: axis('rate', [0, 5]), layers: [marks('step')] };
  const svg = drawStack(
    {
      kind: 'stack',
      description: 'd',
      x: axis('time', [0, 10]),
      marks: [{ kind: 'rule', at: 8, label: 'sending ended' }],
      panels: [panel, panel, panel],
    },
    's',
    'Stack',
  );
  assert.equal(svg.match(/>time</g)?.length, 1);
  assert.equal(svg.match(/>sending ended</g)?.length, 1);
  const rules = [...svg.matchAll(/class="rule"[^>]* y1="([\d.]+)" y2="([\d.]+)"/g)].map(([, a, b]) => [
    Number(a),
    Number(b),
  ]);
  for (const [i, [top = 0]] of rules.entries()) assert.ok(i === 0 || top >= (rules[i - 1]?.[1] ?? 0) + 20);
});

test('a series has one class on the whole page', () => {
  assert.deepEqual([0, 10, 23].map(seriesClass), ['s0', 's10', 's23']);
});
