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
  /** Columns that a narrow page leaves out, in this order; absent: from the last but one to the second. */
  readonly drop?: readonly number[] | undefined;
}

/** Aligns a table for a fixed-width font, two spaces between columns, no space at line ends; heads may have several lines. */
export function alignTable({ header, left, rows }: TextTable): string {
  const heads = header.map((name) => name.split('\n'));
  const tall = Math.max(...heads.map(({ length }) => length));
  const above = Array.from({ length: tall }, (_, i) =>
    heads.map((parts) => parts[parts.length - tall + i] ?? ''),
  );
  const lines = [...above, ...rows];
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

/** Whether no line of a text is wider. */
export function isWithin(text: string, width: number): boolean {
  return text.split('\n').every((line) => displayWidth(line) <= width);
}

/** The same table with each head that is wider than its column in two lines. */
export function lowHeads(table: TextTable): TextTable {
  const wider = (name: string, i: number): boolean =>
    table.rows.every((row) => displayWidth(row[i] ?? '') < displayWidth(name));
  return {
    ...table,
    header: table.header.map((name, i) => (wider(name, i) ? inTwo(name).join('\n') : name)),
  };
}

/** Words in two parts that are about as long; one word is one part. */
export function inTwo(words: string): readonly string[] {
  const cuts = [...words.matchAll(/ |(?=（)/g)].map(({ index }) => index);
  const [cut] = cuts.sort((a, b) => Math.abs(a - words.length / 2) - Math.abs(b - words.length / 2));
  return cut === undefined ? [words] : [words.slice(0, cut), words.slice(cut).trim()];
}

/** A table without the columns that have no room; a line below names what is missing. */
export function fittedTable(table: TextTable, width: number): string {
  const { header, left, rows, drop = [...header.keys()].slice(1, -1).reverse() } = table;
  const without = (gone: readonly number[]): string => {
    const kept = [...header.keys()].filter((i) => !gone.includes(i));
    const names = header.filter((_name, i) => gone.includes(i)).map((name) => name.replace('\n', ' '));
    const text = alignTable({
      header: kept.map((i) => header[i] ?? ''),
      left: new Set(kept.flatMap((i, place) => (left.has(i) ? [place] : []))),
      rows: rows.map((row) => kept.map((i) => row[i] ?? '')),
    });
    return names.length === 0 ? text : `${text}  ${wrapText(`… ${names.join(', ')}`, width - 4, '    ')}\n`;
  };
  const tries = [...drop.keys(), drop.length].map((n) => drop.slice(0, n));
  return without(tries.find((gone) => isWithin(without(gone), width)) ?? drop);
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
