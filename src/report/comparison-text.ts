import type { Comparison } from '../compare/comparison.ts';
import { comparisonTables } from './comparison-rows.ts';
import { alignTable, safeText } from './plain-text.ts';
import type { Language } from './words/languages.ts';
import { wordsOf } from './words/words.ts';

/** A comparison for a terminal: the sentence first, then the figures that it stands on. */
export function comparisonText(comparison: Comparison, language: Language = 'en'): string {
  const words = wordsOf(language);
  const tables = comparisonTables(comparison, words).map(({ title, header, rows, notes }) => {
    const table = alignTable({ header, left: new Set([0, 5]), rows });
    return `${safeText(title)}\n${table}${lines(notes)}`;
  });
  return `${safeText(words.sentence(comparison))}\n${lines(comparison.notes.map(words.note))}\n${tables.join('\n')}`;
}

function lines(notes: readonly string[]): string {
  return notes.map((note) => `  ${safeText(note)}\n`).join('');
}
