import type { MetricBudget } from '../../compare/session/budget.ts';
import type { PairedComparison } from '../../compare/session/judge-session.ts';
import { capital, fold, inMarkdown, markdownList, markdownTable, verdictMarkdown } from '../markdown-page.ts';
import type { Language } from '../messages/languages.ts';
import { type Messages, messagesOf } from '../messages/messages.ts';
import { PAGE_WIDTH, safeText } from '../plain-text.ts';
import type { ComparedLabels } from '../runs-report.ts';
import { blockText, notesText, tableText } from '../text-page.ts';
import { budgetTable, type ComparisonTable, noteTexts } from './comparison-tables.ts';
import { ofPairs, ofRuns, type Statement } from './statement.ts';

/** How much of a comparison a terminal shows. */
export interface TextOptions {
  /** Every metric of each load beside those that are judged. */
  readonly all?: boolean;
  /** Columns of the terminal. */
  readonly width?: number;
}

/** A comparison of runs for a terminal: the judged metrics in a row for each load, the others when they are asked for. */
export function comparisonText(
  compared: ComparedLabels,
  language: Language = 'en',
  { all = false, width = PAGE_WIDTH }: TextOptions = {},
): string {
  const messages = messagesOf(language);
  const { first, notes, tables } = ofRuns(compared, messages);
  const { comparison: w } = messages;
  if (all) return asText({ first, notes, tables }, width);
  const { comparison } = compared;
  const every = noteTexts([...comparison.notes, ...comparison.cells.flatMap((cell) => cell.notes)], messages);
  return `${asText({ first, notes: [...new Set(every)], tables: [] }, width)}${notesText([w.allMetrics], width)}`;
}

/** A comparison of runs for a pull request. */
export function comparisonMarkdown(compared: ComparedLabels, language: Language = 'en'): string {
  const messages = messagesOf(language);
  return asMarkdown(ofRuns(compared, messages), messages);
}

/** A session for a terminal. */
export function sessionText(
  session: PairedComparison,
  language: Language = 'en',
  width = PAGE_WIDTH,
): string {
  return asText(ofPairs(session, messagesOf(language)), width);
}

/** A session for a pull request. */
export function sessionMarkdown(session: PairedComparison, language: Language = 'en'): string {
  const messages = messagesOf(language);
  return asMarkdown(ofPairs(session, messages), messages);
}

/** A budget for a terminal. */
export function budgetText(
  budget: readonly MetricBudget[],
  language: Language = 'en',
  width = PAGE_WIDTH,
): string {
  return comparisonTableText(budgetTable(budget, messagesOf(language)), width);
}

/** A budget for a pull request. */
export function budgetMarkdown(budget: readonly MetricBudget[], language: Language = 'en'): string {
  return tableMarkdown(budgetTable(budget, messagesOf(language)));
}

function asText({ first, notes, tables }: Statement, width: number): string {
  const head = first.map((piece) => blockText(piece, '', width)).join('\n');
  return [
    `${head}${notesText(notes, width)}`,
    ...tables.map((table) => comparisonTableText(table, width)),
  ].join('\n');
}

function comparisonTableText({ title, header, left, rows, notes }: ComparisonTable, width: number): string {
  const table = tableText({ caption: title, header, left, rows }, width);
  return `${safeText(title)}\n${table}${notesText(notes, width)}`;
}

/** Ten lines that decide; notes and figures are one click away. */
function asMarkdown({ first, notes, tables }: Statement, { comparison: w }: Messages): string {
  const body = [markdownList(notes), ...tables.map(tableMarkdown)].filter((text) => text !== '').join('\n');
  return `${verdictMarkdown(first)}${fold(w.page.figures, body)}`;
}

function tableMarkdown({ title, header, left, rows, notes }: ComparisonTable): string {
  const figures = rows.length === 0 ? '' : markdownTable(header, rows, left);
  return `#### ${inMarkdown(capital(title))}\n\n${figures}${markdownList(notes)}`;
}
