import { type Block, type Page, type Section, sectionsFor } from './block.ts';
import { changeTable, verdictLines } from './comparison/verdict-lines.ts';
import { barText, safeText } from './plain-text.ts';

/** A report for a pull request or a wiki: everything but the pictures. */
export function markdownPage(page: Page): string {
  const { title, lead, footer } = page;
  const head = `# ${inMarkdown(title)}\n\n${lead.map((line) => `${inMarkdown(line)}\n`).join('\n')}`;
  return `${head}${sectionsFor('markdown', page).map(section).join('')}\n${inMarkdown(footer)}\n`;
}

function section({ title, blocks }: Section): string {
  const body = blocks.map(block).filter((text) => text !== '');
  return body.length === 0 ? '' : `\n## ${inMarkdown(title)}\n\n${body.join('\n')}`;
}

function block(piece: Block): string {
  switch (piece.kind) {
    case 'text':
      return `${inMarkdown(piece.text)}\n`;
    case 'title':
      return `### ${inMarkdown(piece.text)}\n`;
    case 'facts':
      return piece.facts.map(([name, value]) => `- **${inMarkdown(name)}**: ${inMarkdown(value)}\n`).join('');
    case 'table': {
      const { caption, header, rows, left } = piece.table;
      return `### ${inMarkdown(caption)}\n\n${markdownTable(header, rows, left)}${markdownList(piece.notes)}`;
    }
    case 'findings':
      return piece.findings
        .map(({ sentence, evidence }) => `- **${inMarkdown(sentence)}** ${inMarkdown(evidence)}\n`)
        .join('');
    case 'code':
      return `${inMarkdown(piece.title)}\n\n${fenced(piece.text)}`;
    case 'verdict': {
      const [headline = '', ...lines] = verdictLines(piece.verdict);
      return `**${inMarkdown(headline)}**\n${markdownList(lines)}`;
    }
    case 'changes': {
      const { header, rows } = changeTable(piece.changes);
      return markdownTable(header, rows);
    }
    case 'bars': {
      const text = barText(piece.chart);
      return text === '' ? '' : fenced(text);
    }
    case 'plots':
      return '';
  }
}

/** A fence longer than any in the text: the text cannot end it. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}\n${text.trimEnd().split('\n').map(safeText).join('\n')}\n${fence}\n`;
}

/** A table; its first column and those of `left` hold words. */
export function markdownTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  left: ReadonlySet<number> = new Set([0]),
): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(inMarkdown).join(' | ')} |\n`;
  const rule = `|${header.map((_, i) => (left.has(i) ? ' --- ' : ' ---: ')).join('|')}|\n`;
  return `${line(header)}${rule}${rows.map(line).join('')}`;
}

/** A list after an empty line; nothing of nothing. */
export function markdownList(notes: readonly string[]): string {
  return notes.length === 0 ? '' : `\n${notes.map((note) => `- ${inMarkdown(note)}\n`).join('')}`;
}

/** Text of a tape must neither break the table nor become markup. */
export function inMarkdown(text: string): string {
  return safeText(text).replace(/[\\`*_[\]<>|#~&]/g, (character) => `\\${character}`);
}
