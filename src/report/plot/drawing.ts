import { displayWidth } from '../plain-text.ts';
import { trimmed } from '../quantities.ts';
import type { Axis } from './chart.ts';
import { el, join, type Markup, round, text } from './markup.ts';
import type { Scale } from './scale.ts';

/** What words take in drawing units at the largest size that the style sheet gives them. */
export function wordsWidth(words: readonly string[]): number {
  return Math.max(0, ...words.map((text) => displayWidth(text))) * CHARACTER;
}

/** Drawing units, about a pixel each: a drawing gets columns of 20 to 31 rem. */
export const WIDTH = 420;

/** The SVG element that every drawing is in: an image with a name and a description. */
export function svgOf(
  id: string,
  title: string,
  description: string,
  [width, height]: readonly [number, number],
  children: readonly Markup[],
): Markup {
  return el(
    'svg',
    {
      class: 'drawing',
      viewBox: `0 0 ${width} ${round(height)}`,
      role: 'img',
      'aria-labelledby': `${id}-t ${id}-d`,
    },
    el('title', { id: `${id}-t` }, text(title)),
    el('desc', { id: `${id}-d` }, text(description)),
    ...children,
  );
}

/** Words at a place of a drawing; they begin there, or lie around it or before it by their anchor. */
export function wordsAt(
  look: string,
  x: number,
  y: number,
  words: string,
  anchor?: 'start' | 'middle' | 'end',
): Markup {
  return el('text', { class: look, x, y, 'text-anchor': anchor }, text(words));
}

/** The part of a drawing that marks lie in. */
export interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Marks, grid and name below a frame. */
export function axisX(
  { label, format }: Pick<Axis, 'label' | 'format'>,
  scale: Scale,
  { left, right, top, bottom }: Frame,
): Markup {
  const named = readable(scale.ticks.map((tick) => ({ ...tick, name: trimmed(format(tick.value)) })));
  const ticks = scale.ticks.map(({ at }) =>
    el('line', { class: 'grid', x1: at, x2: at, y1: top, y2: bottom }),
  );
  const names = named.map(({ at, name }) =>
    // The last one must not leave the drawing.
    wordsAt('tick', Math.min(at, right + EDGE - (name.length * CHARACTER) / 2), bottom + 21, name, 'middle'),
  );
  const name = wordsAt('axis', (left + right) / 2, bottom + 39, label, 'middle');
  return el('g', { 'aria-hidden': 'true' }, ...ticks, ...names, name);
}

/** What a drawing has on the right of its frame, at least. */
const EDGE = 17;

/** Of a character, in drawing units, at the largest size that the style sheet gives them. */
const CHARACTER = 8;

/** The marks whose names do not touch, the more important ones first. */
function readable<T extends { readonly at: number; readonly name: string; readonly major: boolean }>(
  ticks: readonly T[],
): readonly T[] {
  const kept: T[] = [];
  for (const tick of ticks.toSorted((a, b) => Number(b.major) - Number(a.major))) {
    const apart = (other: T): number => ((tick.name.length + other.name.length) / 2 + 1) * CHARACTER;
    if (kept.every((other) => Math.abs(other.at - tick.at) >= apart(other))) kept.push(tick);
  }
  return kept;
}

/** Marks and grid on the left of a frame, its name above. */
export function axisY(
  { label, format }: Pick<Axis, 'label' | 'format'>,
  scale: Scale,
  { left, right, top }: Frame,
): Markup {
  const ticks = scale.ticks.map(({ at, value }) =>
    join([
      el('line', { class: 'grid', x1: left, x2: right, y1: at, y2: at }),
      wordsAt('tick', left - 6, at + 4, trimmed(format(value)), 'end'),
    ]),
  );
  const name = wordsAt('axis', 0, top - 15, label);
  return el('g', { 'aria-hidden': 'true' }, ...ticks, name);
}
