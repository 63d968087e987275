import { trimmed } from '../quantities.ts';
import type { Axis } from './chart.ts';
import { el, join, type Markup, round, text } from './markup.ts';
import type { Scale } from './scale.ts';

/** Drawing units: pages scale the drawing to their width. */
export const WIDTH = 640;

/** The SVG element that every drawing is in: an image with a name and a description. */
export function svgOf(
  id: string,
  title: string,
  description: string,
  height: number,
  children: readonly Markup[],
): Markup {
  return el(
    'svg',
    {
      class: 'drawing',
      viewBox: `0 0 ${WIDTH} ${round(height)}`,
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
  const ticks = scale.ticks.map(({ at, value, major }) =>
    join([
      el('line', { class: 'grid', x1: at, x2: at, y1: top, y2: bottom }),
      wordsAt(major ? 'tick' : 'tick minor', at, bottom + 20, trimmed(format(value)), 'middle'),
    ]),
  );
  const name = wordsAt('axis', (left + right) / 2, bottom + 46, label, 'middle');
  return el('g', { 'aria-hidden': 'true' }, ...ticks, name);
}

/** Marks and grid on the left of a frame, its name above. */
export function axisY(
  { label, format }: Pick<Axis, 'label' | 'format'>,
  scale: Scale,
  { left, right }: Frame,
): Markup {
  const ticks = scale.ticks.map(({ at, value, major }) =>
    join([
      el('line', { class: 'grid', x1: left, x2: right, y1: at, y2: at }),
      wordsAt(major ? 'tick' : 'tick minor', left - 8, at + 5, trimmed(format(value)), 'end'),
    ]),
  );
  const name = wordsAt('axis', 4, 20, label);
  return el('g', { 'aria-hidden': 'true' }, ...ticks, name);
}
