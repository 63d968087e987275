import type { RunSummary } from '../measure/run-summary.ts';
import { type Block, type Page, type Section, sectionsFor } from './block.ts';
import { changeTable, verdictLines } from './comparison/verdict-lines.ts';
import type { FindingText } from './findings/finding.ts';
import { type Matrix, matricesOf } from './matrix.ts';
import type { Language } from './messages/languages.ts';
import { alignTable, barText, displayWidth, safeText, wrapText } from './plain-text.ts';

/** Columns of a terminal that prose keeps to; tables take what they need. */
const WIDTH = 100;

/** A report for a terminal: everything but the pictures. */
export function textPage(page: Page): string {
  const { title, lead, footer } = page;
  const head = [
    safeText(title),
    '='.repeat(displayWidth(safeText(title))),
    ...lead.map((line) => wrapText(line, WIDTH, '')),
  ];
  return `${head.join('\n')}\n${sectionsFor('text', page).map(section).join('')}\n${safeText(footer)}\n`;
}

/** Sections of a report alone, by their ids. */
export function textSections(page: Page, ids: readonly string[]): string {
  return sectionsFor('text', page)
    .filter(({ id }) => ids.includes(id))
    .map(section)
    .join('');
}

function section({ title, blocks }: Section): string {
  const body = blocks.map((piece) => block(piece, title)).filter((text) => text !== '');
  if (body.length === 0) return '';
  const name = safeText(title);
  return `\n${name}\n${'-'.repeat(displayWidth(name))}\n${body.join('\n')}`;
}

function block(piece: Block, section: string): string {
  switch (piece.kind) {
    case 'text':
      return `${wrapText(piece.text, WIDTH, '')}\n`;
    case 'title':
      return `${safeText(piece.text)}\n`;
    case 'facts':
      return facts(piece.facts);
    case 'table': {
      const { caption, header, rows, left } = piece.table;
      const table = alignTable({
        header,
        left: left ?? new Set(),
        rows: rows.map((row) => row.map(safeText)),
      });
      const name = caption === section ? '' : `${safeText(caption)}\n`;
      return `${name}${table}${piece.notes.map((note) => `  ${wrapText(note, WIDTH, '  ')}\n`).join('')}`;
    }
    case 'findings':
      return piece.findings.map(finding).join('');
    case 'code':
      return `${safeText(piece.title)}\n${piece.text
        .split('\n')
        .map((line) => safeText(line))
        .join('\n')}`;
    case 'verdict':
      return `${verdictLines(piece.verdict)
        .map((line) => `${wrapText(line, WIDTH - 2, '  ')}\n`)
        .join('')}`;
    case 'changes': {
      const { header, rows } = changeTable(piece.changes);
      return alignTable({
        header: header.map(safeText),
        left: new Set(header.keys()),
        rows: rows.map((row) => row.map(safeText)),
      });
    }
    case 'bars':
      return barText(piece.chart);
    case 'plots':
      return '';
  }
}

function facts(all: readonly (readonly [string, string])[]): string {
  const width = Math.max(...all.map(([name]) => displayWidth(name)));
  return all
    .map(([name, value]) => {
      const indent = ' '.repeat(width + 2);
      return `${name}${' '.repeat(width - displayWidth(name) + 2)}${wrapText(value, WIDTH - width - 2, indent)}\n`;
    })
    .join('');
}

function finding({ sentence, evidence }: FindingText): string {
  return `* ${wrapText(sentence, WIDTH - 2, '  ')}\n    ${wrapText(evidence, WIDTH - 4, '    ')}\n`;
}

/** The matrices of some runs, for a terminal. */
export function textReport(runs: readonly RunSummary[], language: Language = 'en'): string {
  return matricesOf(runs, language).map(matrixText).join('\n');
}

function matrixText({ title, header, rows, notes }: Matrix): string {
  const table = alignTable({ header, left: new Set(), rows });
  return `${safeText(title)}\n${table}${notes.map((note) => `  ${safeText(note)}\n`).join('')}`;
}
