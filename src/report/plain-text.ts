import { createRequire } from 'node:module';
import type { BarChart } from './block.ts';

/**
 * Text from a tape (labels, model names, a server's error) is untrusted: control characters would move the cursor
 * or colour the reader's terminal.
 */
export function safeText(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '�');
}

/** Columns of a page where no terminal says how wide it is. */
export const PAGE_WIDTH = 100;

/** A table of text: the header's alignment is each column's. */
export interface TextTable {
  readonly header: readonly string[];
  /** Columns that hold words rather than numbers. */
  readonly left: ReadonlySet<number>;
  readonly rows: readonly (readonly string[])[];
}

/** Aligns a table for a fixed-width font, two spaces between columns, no space at line ends. */
export function alignTable({ header, left, rows }: TextTable): string {
  const lines = [header, ...rows];
  const widths = header.map((_, column) =>
    Math.max(...lines.map((line) => displayWidth(line[column] ?? ''))),
  );
  return lines
    .map((line) => {
      const cells = widths.map((wanted, column) => {
        const text = line[column] ?? '';
        const space = ' '.repeat(wanted - displayWidth(text));
        return left.has(column) ? text + space : space + text;
      });
      return `${cells.join('  ').trimEnd()}\n`;
    })
    .join('');
}

/**
 * The same without the columns that have no room, the last ones first, and the last of all for the one before it: what is
 * said of a row stands there. A line below names what is missing.
 */
export function fittedTable(table: TextTable, width: number): string {
  const kept = [...table.header.keys()];
  const fitting = (columns: readonly number[]): string =>
    alignTable({
      header: columns.map((i) => table.header[i] ?? ''),
      left: new Set(columns.flatMap((i, place) => (table.left.has(i) ? [place] : []))),
      rows: table.rows.map((row) => columns.map((i) => row[i] ?? '')),
    });
  const missing: string[] = [];
  let text = fitting(kept);
  while (kept.length > 2 && text.split('\n').some((line) => displayWidth(line) > width)) {
    const [dropped = 0] = kept.splice(kept.length - 2, 1);
    missing.unshift(table.header[dropped] ?? '');
    text = fitting(kept);
  }
  return missing.length === 0 ? text : `${text}  … ${missing.join(', ')}\n`;
}

/** The columns that a terminal shows a text in: wide characters and emoji take two, combining marks none. */
export function displayWidth(text: string): number {
  if (NARROW.test(text)) return text.length;
  // It is needed for few texts, and to load it takes 25 ms.
  stringWidth ??= load('string-width').default;
  return stringWidth(text);
}

const load: (name: 'string-width') => typeof import('string-width') = createRequire(import.meta.url);

let stringWidth: ((text: string) => number) | undefined;

/** Text of characters that take one column each: ASCII, Latin letters, and the signs of our own tables. */
const NARROW = /^[ -~\u00a0-\u00ac\u00ae-\u02ff\u2010-\u201f\u2026\u2190-\u21ff\u2212\u2500-\u259f]*$/;

/**
 * Prose in lines of at most `width` columns, broken at spaces or beside wide characters (Chinese has no spaces), but not
 * before a mark that may not begin a line.
 * @param indent precedes every line but the first
 */
export function wrapText(text: string, width: number, indent: string): string {
  const lines: string[] = [];
  let line = '';
  for (const [piece] of joined(safeText(text), GLUE).matchAll(PIECES)) {
    if (line !== '' && displayWidth(line + piece.trimEnd()) > width) {
      lines.push(line.trimEnd());
      line = '';
    }
    line += line === '' ? piece.trimStart() : piece;
  }
  return [...lines, line.trimEnd()].join(`\n${indent}`).replaceAll(GLUE, ' ');
}

/** In the place of a space at which no line may end; of no script, so that texts do not have it. */
const GLUE = '\ue000';

/** A figure and its unit with a space between them at which no line ends. */
export function joined(text: string, glue = '\u00a0'): string {
  return text.replace(/([\d–]) (?=%|(?:[µm]?s|min|[KMG]?B)\b)/g, `$1${glue}`);
}

/** What may not be torn: a word with the space after it, or one wide character with the closing marks after it. */
const PIECES =
  /(?:[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}“（]|[^\s\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]+)[，。；：、）”！？]*\s*/gu;

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
