import type { MetricBudget } from '../compare/session/budget.ts';
import type { PairedComparison } from '../compare/session/paired-comparison.ts';
import { budgetTable } from './comparison-budget.ts';
import type { SessionTable } from './comparison-rows.ts';
import { sessionNotes, sessionTables } from './comparison-session.ts';
import { inMarkdown, markdownList, markdownTable } from './markdown.ts';
import type { Language } from './words/languages.ts';
import { wordsOf } from './words/words.ts';

/** A session for a pull request: the sentence first, then the figures that it stands on. */
export function sessionMarkdown(session: PairedComparison, language: Language = 'en'): string {
  const words = wordsOf(language);
  const head = `**${inMarkdown(words.sessionSentence(session))}**\n${markdownList(sessionNotes(session, words))}`;
  return [head, ...sessionTables(session, words).map(table)].join('\n');
}

/** A budget for a pull request. */
export function budgetMarkdown(budget: readonly MetricBudget[], language: Language = 'en'): string {
  return table(budgetTable(budget, wordsOf(language)));
}

function table({ title, header, left, rows, notes }: SessionTable): string {
  const figures = rows.length === 0 ? '' : markdownTable(header, rows, left);
  return `#### ${inMarkdown(title)}\n\n${figures}${markdownList(notes)}`;
}
