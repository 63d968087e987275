import type { Messages } from '../messages/messages.ts';
import type { Drawing, Plot, Table } from '../plot/chart.ts';
import { drawChart, drawStack, seriesClass } from '../plot/draw-chart.ts';
import { drawHeat } from '../plot/draw-heat.ts';
import { drawStrip } from '../plot/draw-strip.ts';
import { el, join, type Markup, text } from '../plot/markup.ts';

/** A plot with its legend, its definition and the table behind it. */
export function figure(plot: Plot, { page }: Messages): Markup {
  const { id, title, lead, legend = [], drawings, definition, table, wide } = plot;
  return el(
    'figure',
    { id, class: wide ? 'wide' : undefined },
    el('figcaption', {}, el('h3', {}, text(title)), el('p', {}, text(lead))),
    legend.length < 2 ? text('') : el('ul', { class: 'legend' }, ...legend.map(legendItem)),
    el(
      'div',
      { class: drawings.some(isSmall) ? 'drawings small' : 'drawings' },
      ...drawings.map((drawing, i) => drawn(drawing, `${id}-${i + 1}`, title)),
    ),
    folded(
      page.definitionOf,
      definition.map((line) => el('p', {}, text(line))),
    ),
    folded(page.tableOf, [htmlTable({ caption: title, ...table }, title)]),
  );
}

function legendItem({ series, name }: NonNullable<Plot['legend']>[number]): Markup {
  const swatch = el(
    'svg',
    { class: `swatch ${seriesClass(series)}`, viewBox: '0 0 22 6', 'aria-hidden': 'true' },
    el('path', { d: 'M0 3H22' }),
  );
  return el('li', {}, swatch, text(name));
}

/** Drawn for a narrow column, beside others of its kind. */
function isSmall(drawing: Drawing): boolean {
  return drawing.kind === 'chart' && drawing.width !== undefined;
}

function drawn(drawing: Drawing, id: string, title: string): Markup {
  const own = 'title' in drawing ? (drawing.title ?? '') : '';
  const name = own === '' ? title : `${title}, ${own}`;
  return el('div', {}, ...(own === '' ? [] : [el('p', { class: 'of' }, text(own))]), draw(drawing, id, name));
}

function draw(drawing: Drawing, id: string, title: string): Markup {
  switch (drawing.kind) {
    case 'chart':
      return drawChart(drawing, id, title);
    case 'heat':
      return drawHeat(drawing, id, title);
    case 'strip':
      return drawStrip(drawing, id, title);
    case 'stack':
      return drawStack(drawing, id, title);
  }
}

/** What is one click away. */
export function folded(summary: string, children: readonly Markup[]): Markup {
  return el('details', {}, el('summary', {}, text(summary)), ...children);
}

/**
 * A table that scrolls by itself where it is too wide; the first column names its rows.
 * @param title what is above it: the same caption is not seen again
 */
export function htmlTable(
  { caption, header, rows, left = new Set(), hints, ids }: Table,
  title = '',
): Markup {
  const isWord = (column: number): boolean => column === 0 || left.has(column);
  const head = header.map((name, i) =>
    el('th', { scope: 'col', class: isWord(i) ? 'word' : undefined }, text(name)),
  );
  const body = rows.map((row, r) =>
    el(
      'tr',
      { id: ids?.[r] },
      ...row.map((cell, i) =>
        i === 0
          ? el('th', { scope: 'row' }, text(cell))
          : el(
              'td',
              { class: isWord(i) ? 'word' : undefined, title: hints?.[r]?.[i] ?? undefined },
              text(cell),
            ),
      ),
    ),
  );
  // Nothing but words: they wrap, where figures would scroll.
  const words = header.every((_name, i) => isWord(i)) ? 'words' : undefined;
  return el(
    'div',
    { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption },
    el(
      'table',
      { class: words },
      el('caption', { class: caption === title ? 'unseen' : undefined }, text(caption)),
      el('thead', {}, el('tr', {}, ...head)),
      el('tbody', {}, join(body)),
    ),
  );
}
