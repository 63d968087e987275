import type { MetricBudget } from '../compare/session/budget.ts';
import type { PairedComparison } from '../compare/session/paired-comparison.ts';
import { budgetTable } from './comparison-budget.ts';
import type { SessionTable } from './comparison-rows.ts';
import { sessionNotes, sessionTables } from './comparison-session.ts';
import type { Language } from './messages/languages.ts';
import { messagesOf } from './messages/messages.ts';
import { alignTable, safeText } from './plain-text.ts';

/** A session for a terminal: the sentence first, then the figures that it stands on. */
export function sessionText(session: PairedComparison, language: Language = 'en'): string {
  const messages = messagesOf(language);
  const head = `${safeText(messages.sessionConclusion(session.conclusion))}\n${lines(sessionNotes(session, messages))}`;
  return [head, ...sessionTables(session, messages).map(table)].join('\n');
}

/** A budget for a terminal. */
export function budgetText(budget: readonly MetricBudget[], language: Language = 'en'): string {
  return table(budgetTable(budget, messagesOf(language)));
}

function table({ title, header, left, rows, notes }: SessionTable): string {
  const safe = rows.map((row) => row.map(safeText));
  const aligned = safe.length === 0 ? '' : alignTable({ header: header.map(safeText), left, rows: safe });
  return `${safeText(title)}\n${aligned}${lines(notes)}`;
}

function lines(notes: readonly string[]): string {
  return notes.map((note) => `  ${safeText(note)}\n`).join('');
}
