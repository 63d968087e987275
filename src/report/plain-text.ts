import { createRequire } from 'node:module';

/**
 * Text from a tape (labels, model names, a server's error) is a stranger's: control characters would move the cursor
 * or colour the terminal of whoever reads the report.
 */
export function safeText(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '�');
}

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
 * @param indent stands before every line but the first
 */
export function wrapText(text: string, width: number, indent: string): string {
  const lines: string[] = [];
  let line = '';
  for (const piece of safeText(text).match(PIECES) ?? []) {
    if (line !== '' && displayWidth(line + piece.trimEnd()) > width) {
      lines.push(line.trimEnd());
      line = '';
    }
    line += line === '' ? piece.trimStart() : piece;
  }
  return [...lines, line.trimEnd()].join(`\n${indent}`);
}

/** What may not be torn: a word with the space after it, or one wide character with the closing marks after it. */
const PIECES =
  /(?:[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}“（]|[^\s\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]+)[，。；：、）”！？]*\s*/gu;
