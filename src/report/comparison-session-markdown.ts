import type { MetricBudget } from '../compare/session/budget.ts';
import type { PairedComparison } from '../compare/session/paired-comparison.ts';
import { budgetTable } from './comparison-budget.ts';
import type { SessionTable } from './comparison-rows.ts';
import { sessionNotes, sessionTables } from './comparison-session.ts';
import { inMarkdown, markdownList, markdownTable } from './markdown.ts';
import type { Language } from './messages/languages.ts';
import { messagesOf } from './messages/messages.ts';

/** A session for a pull request: the sentence first, then the figures that it stands on. */
export function sessionMarkdown(session: PairedComparison, language: Language = 'en'): string {
  const messages = messagesOf(language);
  const head = `**${inMarkdown(messages.sessionConclusion(session.conclusion))}**\n${markdownList(sessionNotes(session, messages))}`;
  return [head, ...sessionTables(session, messages).map(table)].join('\n');
}

/** A budget for a pull request. */
export function budgetMarkdown(budget: readonly MetricBudget[], language: Language = 'en'): string {
  return table(budgetTable(budget, messagesOf(language)));
}

function table({ title, header, left, rows, notes }: SessionTable): string {
  const figures = rows.length === 0 ? '' : markdownTable(header, rows, left);
  return `#### ${inMarkdown(title)}\n\n${figures}${markdownList(notes)}`;
}
