import { displayWidth, inTwo } from '../plain-text.ts';
import type { Strip } from './chart.ts';
import { svgOf, WIDTH, wordsAt, wordsWidth } from './drawing.ts';
import { el, type Markup, round } from './markup.ts';

const TOP = 30;
const ROW = 38;

/** The axis of changes: of log ratios, so that as much less is as far as as much more, and no large one hides the others. */
export function changeAxis(none: string): Pick<Strip, 'reach' | 'ticks'> {
  const ticks = [
    { at: -Math.log(1.5), name: '×⅔' },
    { at: 0, name: none },
    { at: Math.log(1.5), name: '×1.5' },
  ];
  return { reach: Math.log(1.5), ticks };
}

/**
 * Draws changes: a row a metric with its name, a dot a pair, a bar for the interval, a line for the estimate, the
 * figure, and behind them the band of changes that are of no consequence. What lies beyond the axis is an arrow at its end.
 */
export function drawStrip(strip: Strip, id: string, title: string): Markup {
  const bottom = TOP + ROW * strip.rows.length;
  const names = strip.rows.map(({ name }) => (displayWidth(name) <= LONGEST_NAME ? [name] : inTwo(name)));
  const left = 10 + wordsWidth(names.flat());
  const right = WIDTH - 32 - wordsWidth(strip.rows.map(({ figure }) => figure));
  const middle = (left + right) / 2;
  const isBeyond = (log: number): boolean => Math.abs(log) > strip.reach;
  const at = (log: number): number => {
    const share = Math.max(-1, Math.min(1, log / strip.reach));
    return middle + share * (right - middle);
  };
  const ticks = strip.ticks.flatMap(({ at: log, name }) => [
    el('line', { class: 'grid', x1: at(log), x2: at(log), y1: TOP, y2: bottom }),
    wordsAt('tick', at(log), bottom + 16, name, 'middle'),
  ]);
  const rows = strip.rows.map(({ points, estimate, interval, margin, figure, tip }, i) => {
    const y = TOP + i * ROW + ROW / 2;
    const side = estimate > 0 ? 1 : -1;
    const place = at(estimate);
    const within = points.filter((point) => !isBeyond(point.at));
    const range = interval === null || isBeyond(estimate) ? [] : [bar(at(interval[0]), at(interval[1]), y)];
    const estimateAt = isBeyond(estimate)
      ? { d: `M${round(place - 12 * side)} ${y}h${12 * side}m${-6 * side} -5l${6 * side} 5l${-6 * side} 5` }
      : { d: `M${round(place)} ${y - 9}v18` };
    return el(
      'g',
      {},
      ...(names[i] ?? []).map((part, k, all) =>
        wordsAt('axis', 0, y + 4 + (k - (all.length - 1) / 2) * 16, part),
      ),
      el('rect', {
        class: 'shade',
        x: at(-margin),
        width: at(margin) - at(-margin),
        y: y - ROW / 2 + 3,
        height: ROW - 6,
      }),
      ...range,
      el('path', {
        class: 'mark estimate',
        ...estimateAt,
        'data-x': round(place),
        'data-y': round(y),
        'data-tip': tip,
        'data-words': '',
      }),
      el('path', {
        class: 'mark dots s11',
        d: within.map((point, k) => `M${round(at(point.at))} ${round(y + jitter(k))}h0`).join(''),
        'data-x': within.map((point) => round(at(point.at))).join(' '),
        'data-y': within.map((_point, k) => round(y + jitter(k))).join(' '),
        'data-tip': '{0}: {1}',
        'data-words': within.map(({ words }) => words.join(';')).join('|'),
      }),
      wordsAt('figure', right + 10, y + 4, figure),
    );
  });
  return svgOf(
    id,
    title,
    strip.description,
    [WIDTH, bottom + 26],
    [...ticks, el('line', { class: 'rule', x1: middle, x2: middle, y1: TOP - 6, y2: bottom }), ...rows],
  );
}

function bar(from: number, to: number, y: number): Markup {
  return el('rect', {
    class: 'mark interval',
    x: from,
    width: Math.max(1, to - from),
    y: y - 9,
    height: 18,
    rx: 3,
  });
}

/** A name that is longer takes two lines. */
const LONGEST_NAME = 16;

/** Dots of equal value must not hide each other. */
function jitter(index: number): number {
  return ((index % 3) - 1) * 5;
}
