import { el, join, type Markup, text } from '../report/plot/markup.ts';
import type { Words } from './frame.ts';

/** A column of a list. */
export interface Column<Row> {
  /** Its title, or a link that orders the rows by it. */
  readonly head: Markup;
  readonly cell: (row: Row) => Markup;
  /** Holds words rather than numbers. */
  readonly word?: boolean;
  readonly order?: 'ascending' | 'descending';
}

/** A list as a table that scrolls by itself; the first column names its rows. */
export function listTable<Row>(
  caption: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): Markup {
  const css = ({ word }: Column<Row>): string | undefined => (word === true ? 'word long' : undefined);
  return el(
    'div',
    { class: 'scroll lists', tabindex: '0', role: 'region', 'aria-label': caption },
    el(
      'table',
      {},
      el('caption', { class: 'unseen' }, text(caption)),
      el(
        'thead',
        {},
        el(
          'tr',
          {},
          ...columns.map((column) =>
            el('th', { scope: 'col', class: css(column), 'aria-sort': column.order }, column.head),
          ),
        ),
      ),
      el(
        'tbody',
        {},
        ...rows.map((row) =>
          el(
            'tr',
            {},
            ...columns.map((column, i) =>
              i === 0
                ? el('th', { scope: 'row', class: css(column) }, column.cell(row))
                : el('td', { class: css(column) }, column.cell(row)),
            ),
          ),
        ),
      ),
    ),
  );
}

export function link(href: string, words: string): Markup {
  return el('a', { href }, text(words));
}

/** Where one is in a long list, and the ways on. @param to the address of a page, from 1 */
export function pager(
  { page, size, count }: { readonly page: number; readonly size: number; readonly count: number },
  to: (page: number) => string,
  whole: (n: number) => string,
  w: Words,
): Markup {
  if (count === 0) return text('');
  const from = (page - 1) * size + 1;
  const last = Math.min(count, page * size);
  return el(
    'p',
    { class: 'pager' },
    el('span', {}, text(w.shown(whole(Math.min(from, count)), whole(last), whole(count)))),
    page > 1 ? link(to(page - 1), w.earlier) : text(''),
    last < count ? link(to(page + 1), w.later) : text(''),
  );
}

/** A field of a form of filters. */
export type Field =
  | { readonly name: string; readonly label: string; readonly value: string; readonly type: 'text' | 'date' }
  | {
      readonly name: string;
      readonly label: string;
      readonly value: string;
      readonly choices: readonly (readonly [value: string, words: string])[];
    };

/** A form whose fields become the query of an address; it needs no script. @param kept values that are passed on */
export function filterForm(
  action: string,
  fields: readonly Field[],
  kept: readonly (readonly [name: string, value: string])[],
  w: Words,
): Markup {
  return el(
    'form',
    { class: 'filters', method: 'get', action },
    ...kept.map(([name, value]) => el('input', { type: 'hidden', name, value })),
    ...fields.map((field) => el('label', {}, text(field.label), input(field))),
    el('button', { type: 'submit' }, text(w.filter)),
  );
}

function input(field: Field): Markup {
  if ('type' in field) {
    const { name, value, type } = field;
    return el('input', { type, name, value, autocomplete: 'off' });
  }
  const { name, value, choices } = field;
  return el(
    'select',
    { name },
    ...choices.map(([choice, words]) =>
      el('option', { value: choice, selected: choice === value }, text(words)),
    ),
  );
}

/** A series as a small line, from zero up; nothing below two values. */
export function sparkline(values: readonly number[], wide = false): Markup {
  if (values.length < 2) return text('');
  const [width, height] = wide ? [640, 48] : [72, 20];
  const most = Math.max(...values) || 1;
  const points = values.map((value, i) => {
    const x = (i * width) / (values.length - 1);
    return `${x.toFixed(1)} ${(height - 1 - (value / most) * (height - 2)).toFixed(1)}`;
  });
  return el(
    'svg',
    { class: 'spark', viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: 'none', 'aria-hidden': 'true' },
    el('path', { d: `M${points.join('L')}`, 'vector-effect': 'non-scaling-stroke' }),
  );
}

/** A section below those of the page. */
export function section(id: string, title: string, ...children: readonly Markup[]): Markup {
  return el('section', { id }, el('h2', {}, text(title)), join(children));
}

export function facts(pairs: readonly (readonly [name: string, value: Markup])[]): Markup {
  return el('dl', {}, ...pairs.map(([name, value]) => join([el('dt', {}, text(name)), el('dd', {}, value)])));
}
