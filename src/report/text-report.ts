import type { RunSummary } from '../measure/run-summary.ts';
import { type Matrix, matricesOf } from './matrix-rows.ts';
import { alignTable, safeText } from './plain-text.ts';

/** The matrices of some runs, for a terminal. */
export function textReport(runs: readonly RunSummary[]): string {
  return matricesOf(runs).map(matrixText).join('\n');
}

function matrixText({ label, target, header, rows, notes }: Matrix): string {
  const title = safeText(`${label}: ${target}`);
  const table = alignTable({ header, left: new Set(), rows });
  return `${title}\n${table}${notes.map((note) => `  ${safeText(note)}\n`).join('')}`;
}
