import type { RunSummary } from '../measure/run-summary.ts';
import { type Matrix, matricesOf } from './matrix-rows.ts';
import type { Language } from './messages/languages.ts';
import { alignTable, safeText } from './plain-text.ts';

/** The matrices of some runs, for a terminal. */
export function textReport(runs: readonly RunSummary[], language: Language = 'en'): string {
  return matricesOf(runs, language).map(matrixText).join('\n');
}

function matrixText({ title, header, rows, notes }: Matrix): string {
  const table = alignTable({ header, left: new Set(), rows });
  return `${safeText(title)}\n${table}${notes.map((note) => `  ${safeText(note)}\n`).join('')}`;
}
