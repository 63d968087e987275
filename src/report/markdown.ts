import type { Comparison } from '../compare/comparison.ts';
import type { RunSummary } from '../measure/run-summary.ts';
import { comparisonTables } from './comparison-rows.ts';
import { matricesOf } from './matrix-rows.ts';
import type { Language } from './messages/languages.ts';
import { messagesOf } from './messages/messages.ts';
import { safeText } from './plain-text.ts';

/** The matrices of some runs, for a pull request. */
export function markdownReport(runs: readonly RunSummary[], language: Language = 'en'): string {
  return matricesOf(runs, language)
    .map(
      ({ title, header, rows, notes }) =>
        `### ${inMarkdown(title)}\n\n${markdownTable(header, rows)}${markdownList(notes)}`,
    )
    .join('\n');
}

/** A comparison, for a pull request. */
export function comparisonMarkdown(comparison: Comparison, language: Language = 'en'): string {
  const messages = messagesOf(language);
  const tables = comparisonTables(comparison, messages).map(
    ({ title, header, rows, notes }) =>
      `\n#### ${inMarkdown(title)}\n\n${markdownTable(header, rows)}${markdownList(notes)}`,
  );
  return `**${inMarkdown(messages.conclusion(comparison.conclusion))}**\n${markdownList(comparison.notes.map(messages.note))}${tables.join('')}`;
}

/** A table; its first column and those of `left` hold words. */
export function markdownTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  left: ReadonlySet<number> = new Set([0]),
): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(inMarkdown).join(' | ')} |\n`;
  const rule = `|${header.map((_, i) => (left.has(i) ? ' --- ' : ' ---: ')).join('|')}|\n`;
  return `${line(header)}${rule}${rows.map(line).join('')}`;
}

/** A list after an empty line; nothing of nothing. */
export function markdownList(notes: readonly string[]): string {
  return notes.length === 0 ? '' : `\n${notes.map((note) => `- ${inMarkdown(note)}\n`).join('')}`;
}

/** Text of a tape must neither break the table nor become markup. */
export function inMarkdown(text: string): string {
  return safeText(text).replace(/[\\`*_[\]<>|#~&]/g, (character) => `\\${character}`);
}
