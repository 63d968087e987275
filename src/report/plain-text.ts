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

/** Terminal columns: East Asian wide characters take two. */
export function displayWidth(text: string): number {
  let columns = 0;
  for (const character of text) columns += WIDE.test(character) ? 2 : 1;
  return columns;
}

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

const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff01-\uff60]/u;
