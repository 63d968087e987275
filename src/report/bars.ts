import type { BarChart } from './block.ts';
import { displayWidth, safeText } from './plain-text.ts';

/** Columns of the longest bar, and rows of a chart over time. */
const LENGTH = 40;
const ROWS = 4;

/** Eighths of a character, from left and from below. */
const RIGHT = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const;
const UP = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/** Bars of text; empty when there is nothing to draw. */
export function barText({ title, direction, bars }: BarChart): string {
  if (bars.length === 0) return '';
  const most = Math.max(...bars.map(({ amount }) => amount));
  const body = direction === 'right' ? rightward(bars, most) : upward(bars, most);
  return `${safeText(title)}\n${body}`;
}

/** Amounts as one row of characters, the largest the full height; what is not nothing is seen. */
export function sparkline(amounts: readonly number[]): string {
  const most = Math.max(...amounts);
  return amounts.map((amount) => UP[most > 0 ? Math.ceil((amount / most) * 8) : 0] ?? ' ').join('');
}

function rightward(bars: BarChart['bars'], most: number): string {
  const names = bars.map(({ name }) => safeText(name));
  const width = Math.max(...names.map(displayWidth));
  return bars
    .map(({ amount, label }, i) => {
      const name = names[i] ?? '';
      const eighths = most > 0 ? Math.round((amount / most) * LENGTH * 8) : 0;
      const bar = '█'.repeat(eighths >> 3) + (RIGHT[eighths & 7] ?? '');
      // Something must not look like nothing.
      const seen = amount > 0 && bar === '' ? '▏' : bar;
      return `  ${' '.repeat(width - displayWidth(name))}${name}  ${seen} ${safeText(label)}`.trimEnd();
    })
    .map((line) => `${line}\n`)
    .join('');
}

function upward(bars: BarChart['bars'], most: number): string {
  const eighths = bars.map(({ amount }) => (most > 0 ? Math.ceil((amount / most) * ROWS * 8) : 0));
  const rows = Array.from({ length: ROWS }, (_, row) => {
    const floor = (ROWS - 1 - row) * 8;
    return eighths.map((n) => UP[Math.min(8, Math.max(0, n - floor))] ?? ' ').join('');
  });
  const top = bars.find(({ amount }) => amount === most)?.label ?? '';
  const [first, last] = [bars[0]?.name ?? '', bars.at(-1)?.name ?? ''];
  const space = ' '.repeat(Math.max(1, bars.length - displayWidth(first) - displayWidth(last)));
  const lines = rows.map((line, i) => `  ${line}${i === 0 ? `  ${safeText(top)}` : ''}`.trimEnd());
  return `${lines.join('\n')}\n  ${safeText(first)}${space}${safeText(last)}\n`;
}
