import type { Strip } from './chart.ts';
import { axisX, svgOf, WIDTH, wordsAt } from './drawing.ts';
import { el, type Markup, round } from './markup.ts';
import { makeScale } from './scale.ts';

const LEFT = 30;
const RIGHT = 30;
const TOP = 40;
const ROW = 72;
/** The position of a row's name: above its bar, since names may be long. */
const NAME = 26;

/** Draws changes by pair: one row a metric, a dot a pair, a bar for the interval, a line for the estimate. */
export function drawStrip(strip: Strip, id: string, title: string): Markup {
  const bottom = TOP + ROW * strip.rows.length;
  const scale = makeScale(strip.axis.kind, strip.axis.domain, [LEFT, WIDTH - RIGHT]);
  const frame = { left: LEFT, right: WIDTH - RIGHT, top: TOP, bottom };
  const zero = scale.at(0);
  const rows = strip.rows.map(({ name, points, estimate, interval, tip }, i) => {
    const y = TOP + i * ROW + NAME + (ROW - NAME) / 2;
    const at = scale.at(estimate);
    const data = { 'data-x': at, 'data-y': y, 'data-tip': tip, 'data-words': '' };
    const range =
      interval === null
        ? []
        : [
            el('rect', {
              class: 'mark interval',
              x: scale.at(interval[0]),
              width: Math.max(1, scale.at(interval[1]) - scale.at(interval[0])),
              y: y - 13,
              height: 26,
              rx: 3,
            }),
          ];
    return el(
      'g',
      {},
      wordsAt('axis', 4, TOP + i * ROW + NAME - 6, name),
      ...range,
      el('line', { class: 'mark estimate', x1: at, x2: at, y1: y - 13, y2: y + 13, ...data }),
      el('path', {
        class: 'mark dots s0',
        d: points.map((point, k) => `M${round(scale.at(point.at))} ${round(y + jitter(k))}h0`).join(''),
        'data-x': points.map((point) => round(scale.at(point.at))).join(' '),
        'data-y': points.map((_point, k) => round(y + jitter(k))).join(' '),
        'data-tip': '{0}: {1}',
        'data-words': points.map(({ words }) => words.join(';')).join('|'),
      }),
    );
  });
  return svgOf(id, title, strip.description, bottom + 56, [
    // Few marks, all of which have room on a phone.
    axisX(strip.axis, { ...scale, ticks: scale.ticks.map((tick) => ({ ...tick, major: true })) }, frame),
    el('line', { class: 'rule', x1: zero, x2: zero, y1: TOP - 6, y2: bottom }),
    wordsAt('note', zero + 6, 22, strip.zeroLabel),
    ...rows,
  ]);
}

/** Dots of equal value must not hide each other. */
function jitter(index: number): number {
  return ((index % 3) - 1) * 6;
}
