import type { RunSummary } from '../measure/run-summary.ts';
import {
  type Block,
  type ChangeGrid,
  type FindingRow,
  type Page,
  type Section,
  sectionsFor,
} from './block.ts';
import { changeTable, verdictLines } from './comparison/verdict-lines.ts';
import type { Severity } from './findings/finding.ts';
import { matrixOf } from './matrix.ts';
import type { Language } from './messages/languages.ts';
import { messagesOf } from './messages/messages.ts';
import {
  alignTable,
  barText,
  displayWidth,
  fittedTable,
  isWithin,
  lowHeads,
  PAGE_WIDTH,
  safeText,
  type TextTable,
  wrapText,
} from './plain-text.ts';
import type { Table } from './plot/chart.ts';
import { groupRuns } from './runs-report.ts';

/** A report for a terminal with this number of columns: everything but the pictures. */
export function textPage(page: Page, width: number = PAGE_WIDTH): string {
  const { title, lead, footer } = page;
  const wrapped = (line: string): string => wrapText(line, width, '');
  const head = [
    wrapped(title),
    '='.repeat(Math.min(width, displayWidth(safeText(title)))),
    ...lead.map(wrapped),
  ];
  const body = sectionsFor('text', page).map((one) => sectionText(one, width));
  return `${head.join('\n')}\n${body.join('')}\n${safeText(footer)}\n`;
}

/** Sections of a report alone, by their ids. */
export function textSections(page: Page, ids: readonly string[], width: number = PAGE_WIDTH): string {
  return sectionsFor('text', page)
    .filter(({ id }) => ids.includes(id))
    .map((one) => sectionText(one, width))
    .join('');
}

function sectionText({ title, blocks }: Section, width: number): string {
  const body = blocks.map((piece) => blockText(piece, title, width)).filter((text) => text !== '');
  if (body.length === 0) return '';
  const name = safeText(title);
  return `\n${name}\n${'-'.repeat(displayWidth(name))}\n${body.join('\n')}`;
}

/** One block for a terminal. @param section whose title need not be said again */
export function blockText(piece: Block, section: string, width: number): string {
  switch (piece.kind) {
    case 'text':
      return `${wrapText(piece.text, width, '')}\n`;
    case 'title':
      return `${safeText(piece.text)}\n`;
    case 'facts':
      return facts(piece.facts, width);
    case 'table':
      return `${piece.table.caption === section ? '' : `${safeText(piece.table.caption)}\n`}${tableText(piece.table, width)}${notesText(piece.notes, width)}`;
    case 'findings':
      return piece.rows.map((row) => findingText(row, width)).join('');
    case 'code':
      return `${safeText(piece.title)}\n${piece.text
        .split('\n')
        .map((line) => safeText(line))
        .join('\n')}`;
    case 'folded':
      return piece.blocks.map((inner) => blockText(inner, section, width)).join('\n');
    case 'verdict':
      return `${verdictLines(piece.verdict)
        .map((line) => `${wrapText(line, width - 2, '  ')}\n`)
        .join('')}`;
    case 'changes':
      return changesText(piece.changes, width);
    case 'bars':
      return barText(piece.chart);
    case 'plots':
      return '';
  }
}

/** A row for each load, with the intervals and what is open where the terminal has room for them. */
function changesText(changes: ChangeGrid, width: number): string {
  const table = (whole: boolean): Table => ({
    caption: '',
    ...changeTable(changes, whole),
    left: new Set(changes.header.keys()),
  });
  const full = tableText(table(true), Number.POSITIVE_INFINITY);
  return isWithin(full, width) ? full : tableText(table(false), width);
}

/**
 * A table as wide as the terminal at most: where it is too wide, its heads take two lines; then words go below each other, and
 * figures lose columns.
 */
export function tableText({ header, rows, left, drop }: Table, width: number): string {
  if (rows.length === 0) return '';
  const table: TextTable = {
    header: header.map(safeText),
    left: left ?? new Set<number>(),
    rows: rows.map((row) => row.map(safeText)),
    drop,
  };
  const low = lowHeads(table);
  const whole = [table, low].map(alignTable).find((text) => isWithin(text, width));
  if (whole !== undefined) return whole;
  return table.left.size < header.length ? fittedTable(low, width) : recordsText(table, width);
}

/** A row's words below each other, each with its column's name. */
function recordsText(
  { header, rows }: { readonly header: readonly string[]; readonly rows: readonly (readonly string[])[] },
  width: number,
): string {
  return rows
    .map(
      ([name = '', ...cells]) =>
        `${name}\n${facts(
          cells.map((cell, i) => [`  ${header[i + 1]}`, cell]),
          width,
        )}`,
    )
    .join('');
}

export function notesText(notes: readonly string[], width: number): string {
  return notes.map((note) => `  ${wrapText(note, width - 2, '  ')}\n`).join('');
}

function facts(all: readonly (readonly [string, string])[], width: number): string {
  const names = Math.max(...all.map(([name]) => displayWidth(name)));
  return all
    .map(([name, value]) => {
      const indent = ' '.repeat(names + 2);
      const space = ' '.repeat(names - displayWidth(name) + 2);
      return `${name}${space}${wrapText(value, Math.max(20, width - names - 2), indent)}\n`;
    })
    .join('');
}

/** The marker before a finding. */
export const MARKS: Readonly<Record<Severity, string>> = {
  good: '✓',
  warning: '!',
  open: '?',
  advice: '→',
  fact: '*',
};

function findingText({ parts }: FindingRow, width: number): string {
  return parts
    .map(({ labels, severity, text: { sentence, evidence } }) => {
      const whose = labels.length === 0 ? '' : `[${labels.join(', ')}] `;
      const said = wrapText(`${whose}${sentence}`, width - 2, '  ');
      return `${MARKS[severity]} ${said}\n    ${wrapText(evidence, width - 4, '    ')}\n`;
    })
    .join('');
}

/** The tests of some runs, for a terminal. */
export function textReport(
  runs: readonly RunSummary[],
  language: Language = 'en',
  width: number = PAGE_WIDTH,
): string {
  const { title, main, notes } = matrixOf(groupRuns(runs), messagesOf(language));
  return `${safeText(title)}\n${tableText(main, width)}${notesText(notes, width)}`;
}
