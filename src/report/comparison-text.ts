import type { Comparison } from '../compare/comparison.ts';
import { comparisonTables } from './comparison-rows.ts';
import type { Language } from './messages/languages.ts';
import { messagesOf } from './messages/messages.ts';
import { alignTable, safeText } from './plain-text.ts';

/** A comparison for a terminal: the sentence first, then the figures that it stands on. */
export function comparisonText(comparison: Comparison, language: Language = 'en'): string {
  const messages = messagesOf(language);
  const tables = comparisonTables(comparison, messages).map(({ title, header, rows, notes }) => {
    const table = alignTable({ header, left: new Set([0, 5]), rows });
    return `${safeText(title)}\n${table}${lines(notes)}`;
  });
  return `${safeText(messages.conclusion(comparison.conclusion))}\n${lines(comparison.notes.map(messages.note))}\n${tables.join('\n')}`;
}

function lines(notes: readonly string[]): string {
  return notes.map((note) => `  ${safeText(note)}\n`).join('');
}
