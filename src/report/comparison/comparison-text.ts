import type { Comparison } from '../../compare/compare-runs.ts';
import type { MetricBudget } from '../../compare/session/budget.ts';
import type { PairedComparison } from '../../compare/session/judge-session.ts';
import { inMarkdown, markdownList, markdownTable } from '../markdown-page.ts';
import type { Language } from '../messages/languages.ts';
import { type Messages, messagesOf } from '../messages/messages.ts';
import { alignTable, safeText } from '../plain-text.ts';
import { budgetTable, type ComparisonTable, comparisonTables } from './comparison-tables.ts';
import { sessionNotes, sessionTables } from './session-tables.ts';

/** A comparison in words: the sentence first, then its figures. */
interface Statement {
  readonly sentence: string;
  readonly notes: readonly string[];
  readonly tables: readonly ComparisonTable[];
}

/** A comparison of runs for a terminal. */
export function comparisonText(comparison: Comparison, language: Language = 'en'): string {
  return asText(ofRuns(comparison, messagesOf(language)));
}

/** A comparison of runs for a pull request. */
export function comparisonMarkdown(comparison: Comparison, language: Language = 'en'): string {
  return asMarkdown(ofRuns(comparison, messagesOf(language)));
}

/** A session for a terminal. */
export function sessionText(session: PairedComparison, language: Language = 'en'): string {
  return asText(ofPairs(session, messagesOf(language)));
}

/** A session for a pull request. */
export function sessionMarkdown(session: PairedComparison, language: Language = 'en'): string {
  return asMarkdown(ofPairs(session, messagesOf(language)));
}

/** A budget for a terminal. */
export function budgetText(budget: readonly MetricBudget[], language: Language = 'en'): string {
  return tableText(budgetTable(budget, messagesOf(language)));
}

/** A budget for a pull request. */
export function budgetMarkdown(budget: readonly MetricBudget[], language: Language = 'en'): string {
  return tableMarkdown(budgetTable(budget, messagesOf(language)));
}

function ofRuns(comparison: Comparison, messages: Messages): Statement {
  return {
    sentence: messages.conclusion(comparison.conclusion),
    notes: comparison.notes.map(messages.note),
    tables: comparisonTables(comparison, messages),
  };
}

function ofPairs(session: PairedComparison, messages: Messages): Statement {
  return {
    sentence: messages.sessionConclusion(session.conclusion),
    notes: sessionNotes(session, messages),
    tables: sessionTables(session, messages),
  };
}

function asText({ sentence, notes, tables }: Statement): string {
  return [`${safeText(sentence)}\n${lines(notes)}`, ...tables.map(tableText)].join('\n');
}

function tableText({ title, header, left, rows, notes }: ComparisonTable): string {
  const safe = rows.map((row) => row.map(safeText));
  const aligned = safe.length === 0 ? '' : alignTable({ header: header.map(safeText), left, rows: safe });
  return `${safeText(title)}\n${aligned}${lines(notes)}`;
}

function lines(notes: readonly string[]): string {
  return notes.map((note) => `  ${safeText(note)}\n`).join('');
}

function asMarkdown({ sentence, notes, tables }: Statement): string {
  return [`**${inMarkdown(sentence)}**\n${markdownList(notes)}`, ...tables.map(tableMarkdown)].join('\n');
}

function tableMarkdown({ title, header, left, rows, notes }: ComparisonTable): string {
  const figures = rows.length === 0 ? '' : markdownTable(header, rows, left);
  return `#### ${inMarkdown(title)}\n\n${figures}${markdownList(notes)}`;
}
