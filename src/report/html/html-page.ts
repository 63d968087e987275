import { createHash } from 'node:crypto';
import {
  type Block,
  type FindingRow,
  GLYPHS,
  type Page,
  type Section,
  sectionsFor,
  type Tone,
  verdictOf,
} from '../block.ts';
import { type Messages, messagesOf } from '../messages/messages.ts';
import { el, join, type Markup, text, verbatim } from '../plot/markup.ts';
import { MARKS } from '../text-page.ts';
import { figure, folded, htmlTable } from './figure.ts';
import { SCRIPT } from './script.ts';
import { STYLE } from './style.ts';
import { changesMarkup, verdictMarkup } from './verdict.ts';

/** What a server puts around a page. */
export interface Frame {
  /** Above everything. */
  readonly bar: Markup;
  /** Below the page's own sections. */
  readonly more: Markup;
  /** Sources beside the page's own. */
  readonly style: string;
  readonly script: string;
  /** It is saved as a file: the page's own policy rules instead of the server's. */
  readonly saved: boolean;
}

/**
 * A report as one file that loads nothing: style and script are inside, and the page's own policy lets the browser run
 * and load nothing else, whatever the tape contains.
 * @param frame of a server, whose own policy then rules; null for a file
 */
export function htmlPage(page: Page, frame: Frame | null = null): string {
  const { language, title, tab = title, lead, footer } = page;
  const sections = sectionsFor('html', page);
  const messages = messagesOf(language);
  const has = (id: string): boolean =>
    sections.some((section) => section.id === id) || (frame?.more.includes(`<section id="${id}">`) ?? false);
  const head = el(
    'head',
    {},
    el('meta', { charset: 'utf-8' }),
    el('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
    ...(frame === null || frame.saved
      ? [el('meta', { 'http-equiv': 'Content-Security-Policy', content: policyOf(frame) })]
      : []),
    el('meta', { name: 'color-scheme', content: 'light dark' }),
    el('link', { rel: 'icon', href: 'data:,' }),
    el('title', {}, text(tab)),
    el('style', {}, STYLE as Markup),
    ...(frame === null ? [] : [el('style', {}, frame.style as Markup)]),
  );
  const band = verdictOf(page);
  const [about, ...rest] = band === null ? [null, ...lead] : [[title, ...lead].join(' · ')];
  const body = el(
    'body',
    {},
    el('a', { class: 'skip', href: '#content' }, text(messages.page.skip)),
    ...(frame === null ? [] : [frame.bar]),
    ...(sections.length === 0 ? [] : [bar(page, sections, messages)]),
    el(
      'header',
      {},
      about === null ? el('h1', {}, text(title)) : el('p', { class: 'about' }, text(about)),
      ...rest.map((line) => el('p', { class: 'lead' }, text(line))),
    ),
    el(
      'main',
      { id: 'content' },
      ...sections.map((section, i) =>
        htmlSection(section, { heads: i === 0 && band !== null, has, messages }),
      ),
      ...(frame === null ? [] : [frame.more]),
    ),
    el(
      'footer',
      {},
      el('p', {}, text(frame?.saved === false ? footer : `${footer} ${messages.page.offline}`)),
    ),
    el('script', {}, SCRIPT as Markup),
    ...(frame === null || frame.script === '' ? [] : [el('script', {}, frame.script as Markup)]),
  );
  return `<!doctype html>\n${el('html', { lang: language === 'zh' ? 'zh-CN' : 'en' }, head, body)}\n`;
}

function policyOf(frame: Frame | null): string {
  const hashes = (own: string, more = ''): string =>
    [own, more].flatMap((source) => (source === '' ? [] : sourceHash(source))).join(' ');
  return [
    "default-src 'none'",
    `style-src ${hashes(STYLE, frame?.style)}`,
    `script-src ${hashes(SCRIPT, frame?.script)}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

/** A source as a policy of content names it. */
export function sourceHash(source: string): string {
  return `'sha256-${createHash('sha256').update(source).digest('base64')}'`;
}

/** What stays on top: the verdict's mark, the sections, and the loads. */
function bar(page: Page, sections: readonly Section[], { page: w, colon }: Messages): Markup {
  const band = verdictOf(page);
  const link = (id: string, name: string): Markup => el('li', {}, el('a', { href: `#${id}` }, text(name)));
  const loads = page.loads ?? [];
  const mark = (tone: Tone): Markup =>
    el('li', { class: `told ${tone}`, 'aria-hidden': 'true' }, text(GLYPHS[tone]));
  const lists = [
    el(
      'ul',
      { class: 'sections' },
      ...(band === null ? [] : [mark(band.tone)]),
      ...sections.map(({ id, title }) => link(id, title)),
    ),
    ...(loads.length < 2
      ? []
      : [
          el(
            'ul',
            { class: 'loads' },
            el('li', {}, text(`${w.loads}${colon}`)),
            ...loads.map(([id, name]) => link(id, name)),
          ),
        ]),
  ];
  return el('nav', { 'aria-label': w.contents }, el('div', {}, ...lists));
}

/** Where a block is. */
interface Around {
  /** What is above it, which need not be said again. */
  readonly title: string;
  /** Its section begins with the page's own heading; the section's title is for those who cannot see it. */
  readonly heads: boolean;
  /** Whether the page has a section. */
  readonly has: (section: string) => boolean;
  readonly messages: Messages;
}

function htmlSection({ id, title, blocks }: Section, around: Omit<Around, 'title'>): Markup {
  const { heads } = around;
  const heading = el('h2', { class: heads ? 'unseen' : undefined }, text(title));
  const pieces = blocks.map((piece) => blockMarkup(piece, { ...around, title }));
  // A verdict is the page's own heading and comes before those of its sections.
  return el('section', { id }, ...pieces.toSpliced(heads ? 1 : 0, 0, heading));
}

/** One block of a page. */
function blockMarkup(piece: Block, around: Around): Markup {
  const { messages } = around;
  switch (piece.kind) {
    case 'text':
      return el('p', {}, text(piece.text));
    case 'title':
      return el('h3', { class: 'label' }, text(piece.text));
    case 'facts':
      return el(
        'dl',
        {},
        ...piece.facts.map(([name, value]) =>
          join([el('dt', {}, text(name)), el('dd', {}, verbatim(value))]),
        ),
      );
    case 'table':
      return join([
        // Where nothing could be measured the notes say why.
        piece.table.rows.length === 0
          ? el('h3', {}, text(piece.table.caption))
          : htmlTable(piece.table, around.title),
        notes(piece.notes),
        ...(piece.definition === undefined
          ? []
          : [
              folded(
                messages.page.definitionOf,
                piece.definition.map((line) => el('p', {}, text(line))),
              ),
            ]),
      ]);
    case 'findings':
      return el('ul', { class: 'findings' }, ...piece.rows.map((row) => finding(row, messages)));
    case 'code':
      return el(
        'div',
        { id: piece.id, class: 'code' },
        el('h3', {}, text(piece.title)),
        el(
          'pre',
          { tabindex: '0', role: 'region', 'aria-label': piece.title },
          join(
            piece.text
              .trimEnd()
              .split('\n')
              .map((line) => `${verbatim(line)}\n` as Markup),
          ),
        ),
      );
    case 'folded':
      return el(
        'details',
        { class: 'folded' },
        el('summary', {}, text(piece.title)),
        ...piece.blocks.map((inner) => blockMarkup(inner, { ...around, title: piece.title })),
      );
    case 'verdict':
      return verdictMarkup(piece.verdict, messages, around.heads, around.has);
    case 'changes':
      return changesMarkup(piece.changes);
    case 'bars':
      return text('');
    case 'plots':
      return el('div', { class: 'plots' }, ...piece.plots.map((plot) => figure(plot, messages)));
  }
}

function notes(lines: readonly string[]): Markup {
  return lines.length === 0
    ? text('')
    : el('ul', { class: 'notes' }, ...lines.map((line) => el('li', {}, text(line))));
}

/** A rule's row: each label's sentence with its evidence one click away. */
function finding({ id, parts }: FindingRow, { page, colon, comma }: Messages): Markup {
  return el(
    'li',
    { id, class: parts.length > 1 ? 'several' : undefined },
    ...parts.map(({ labels, severity, text: { sentence, evidence, condition } }) =>
      el(
        'details',
        { class: severity },
        el(
          'summary',
          {},
          el('span', { class: 'mark-of', 'aria-hidden': 'true' }, text(MARKS[severity])),
          ...(labels.length === 0 ? [] : [el('b', {}, text(`${labels.join(comma)}${colon}`))]),
          el('span', { class: 'said' }, text(sentence)),
        ),
        el('p', {}, text(`${page.evidence}${colon}${evidence}`)),
        el('p', {}, text(`${page.condition}${colon}${condition}`)),
      ),
    ),
  );
}
