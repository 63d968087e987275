import { type Block, type FindingRow, type Page, type Section, sectionsFor, verdictOf } from './block.ts';
import { changeTable, verdictLines } from './comparison/verdict-lines.ts';
import { messagesOf } from './messages/messages.ts';
import { barText, joined, safeText } from './plain-text.ts';

/** A report for a pull request or a wiki, everything but the pictures: the verdict first, the rest folded behind it. */
export function markdownPage(page: Page): string {
  const { title, lead, footer } = page;
  const sections = sectionsFor('markdown', page);
  const verdict = verdictOf(page);
  const head = `# ${inMarkdown(title)}\n\n${lead.map((line) => `${inMarkdown(line)}\n`).join('\n')}`;
  const foot = `\n${inMarkdown(footer)}\n`;
  if (verdict === null) return `${head}${sections.map(section).join('')}${foot}`;
  const [first, ...others] = sections;
  const [band, grid, ...more] = first?.blocks ?? [];
  const shown = [band, ...(grid?.kind === 'changes' ? [grid] : [])].filter((piece) => piece !== undefined);
  const rest = (grid?.kind === 'changes' || grid === undefined ? more : [grid, ...more]).map(block);
  const short = rest.filter((text) => text !== '').join('\n');
  const titled = short === '' ? [] : [`## ${inMarkdown(first?.title ?? '')}\n\n${short}`];
  const below = [...titled, ...others.map(section)].join('\n');
  const { page: w } = messagesOf(page.language);
  return `${verdictMarkdown(shown)}\n${fold(w.whole, `${head}\n${below}${foot}`)}`;
}

/** Ten lines that decide: the headline, the changes, what they rest on, what follows. */
export function verdictMarkdown(blocks: readonly Block[]): string {
  const band = blocks.find((piece) => piece.kind === 'verdict')?.verdict;
  const grid = blocks.find((piece) => piece.kind === 'changes')?.changes;
  if (band === undefined) return '';
  const [headline = '', ...lines] = verdictLines(band);
  const trust = lines.pop() ?? '';
  const table = grid === undefined ? null : changeTable(grid);
  return [
    `**${inMarkdown(headline)}**\n`,
    ...(table === null ? [] : [`\n${markdownTable(table.header, table.rows, new Set(table.header.keys()))}`]),
    `\n${inMarkdown(trust)}\n`,
    markdownList(lines),
  ].join('');
}

/** What a reader opens. */
export function fold(summary: string, body: string): string {
  return `\n<details><summary>${inMarkdown(summary)}</summary>\n\n${body}\n</details>\n`;
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
      const table = rows.length === 0 ? '' : markdownTable(header, rows, left);
      return `### ${inMarkdown(capital(caption))}\n\n${table}${markdownList(piece.notes)}`;
    }
    case 'findings':
      return piece.rows.map(findingMarkdown).join('');
    case 'code':
      return `${inMarkdown(piece.title)}\n\n${fenced(piece.text)}`;
    case 'folded':
      return fold(piece.title, piece.blocks.map(block).join('\n'));
    case 'verdict':
      return verdictMarkdown([piece]);
    case 'changes': {
      const { header, rows } = changeTable(piece.changes);
      return markdownTable(header, rows, new Set(header.keys()));
    }
    case 'bars': {
      const text = barText(piece.chart);
      return text === '' ? '' : fenced(text);
    }
    case 'plots':
      return '';
  }
}

/** Captions begin with a capital; names of labels and of metrics do not change. */
export function capital(caption: string): string {
  return /^[a-z]+ [a-z]/.test(caption) ? caption.charAt(0).toUpperCase() + caption.slice(1) : caption;
}

function findingMarkdown({ parts }: FindingRow): string {
  return parts
    .map(({ labels, text: { sentence, evidence } }) => {
      const whose = labels.length === 0 ? '' : `${labels.map(inMarkdown).join(', ')}: `;
      return `- ${whose}**${inMarkdown(sentence)}** ${inMarkdown(evidence)}\n`;
    })
    .join('');
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
  return joined(safeText(text)).replace(/[\\`*_[\]<>|#~&]/g, (character) => `\\${character}`);
}
