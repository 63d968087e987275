import type { HeatMap } from './chart.ts';
import { svgOf, WIDTH, wordsAt } from './drawing.ts';
import { el, type Markup } from './markup.ts';

const LEFT = 62;
const TOP = 64;
const ROW = 48;

/** Shades from least to most; the style sheet has a colour and a colour of text for each. */
export const SHADES = 7;

/** Draws a matrix, one rectangle a cell, with its value in it. */
export function drawHeat(heat: HeatMap, id: string, title: string): Markup {
  const width = (WIDTH - LEFT - 8) / Math.max(1, heat.columns.length);
  const height = TOP + ROW * heat.rows.length + 8;
  const columns = heat.columns.map((name, i) =>
    wordsAt('tick', LEFT + (i + 0.5) * width, TOP - 10, name, 'middle'),
  );
  const rows = heat.rows.map((name, i) => wordsAt('tick', LEFT - 10, TOP + (i + 0.5) * ROW + 5, name, 'end'));
  const cells = heat.cells.map(({ row, column, shade, label, tip }) => {
    const step = typeof shade === 'number' ? Math.min(SHADES - 1, Math.floor(shade * SHADES)) : shade;
    const looks = typeof step === 'number' ? [`h${step}`, `t${step}`] : [`change ${step}`, `told ${step}`];
    const [x, y] = [LEFT + column * width, TOP + row * ROW];
    const place = { x: x + 1, y: y + 1, width: width - 2, height: ROW - 2, rx: 3 };
    const [middleX, middleY] = [x + width / 2, y + ROW / 2];
    return el(
      'g',
      {},
      el('rect', {
        class: `mark heat ${looks[0]}`,
        ...place,
        'data-x': middleX,
        'data-y': middleY,
        'data-tip': tip,
        'data-words': '',
      }),
      wordsAt(`heat-label ${looks[1]}`, middleX, middleY + 6, label, 'middle'),
    );
  });
  return svgOf(
    id,
    title,
    heat.description,
    [WIDTH, height],
    [
      wordsAt('axis', (LEFT + WIDTH) / 2, 16, heat.columnLabel, 'middle'),
      wordsAt('axis', 4, TOP - 10, heat.rowLabel),
      ...columns,
      ...rows,
      ...cells,
    ],
  );
}
