import { createHash } from 'node:crypto';
import { type Block, type Page, type Section, sectionsFor } from '../block.ts';
import type { FindingText } from '../findings/finding.ts';
import { type Messages, messagesOf } from '../messages/messages.ts';
import { el, join, type Markup, text } from '../plot/markup.ts';
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
 * and load nothing else, whatever stands on the tape.
 * @param frame of a server, whose own policy then rules; null for a file
 */
export function htmlPage(page: Page, frame: Frame | null = null): string {
  const { language, title, tab = title, lead, footer } = page;
  const sections = sectionsFor('html', page);
  const messages = messagesOf(language);
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
  const body = el(
    'body',
    {},
    el('a', { class: 'skip', href: '#content' }, text(messages.page.skip)),
    ...(frame === null ? [] : [frame.bar]),
    el(
      'header',
      {},
      el('h1', {}, text(title)),
      ...lead.map((line) => el('p', { class: 'lead' }, text(line))),
      ...(sections.length === 0 ? [] : [contents(sections, messages)]),
    ),
    el(
      'main',
      { id: 'content' },
      ...sections.map((section) => htmlSection(section, messages)),
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

function contents(sections: readonly Section[], { page }: Messages): Markup {
  const links = sections.map(({ id, title }) => el('li', {}, el('a', { href: `#${id}` }, text(title))));
  return el('nav', { 'aria-label': page.contents }, el('ul', {}, ...links));
}

function htmlSection({ id, title, blocks }: Section, messages: Messages): Markup {
  return el('section', { id }, el('h2', {}, text(title)), ...blocks.map((piece) => block(piece, messages)));
}

function block(piece: Block, messages: Messages): Markup {
  switch (piece.kind) {
    case 'text':
      return el('p', {}, text(piece.text));
    case 'title':
      return el('h3', { class: 'label' }, text(piece.text));
    case 'facts':
      return el(
        'dl',
        {},
        ...piece.facts.map(([name, value]) => join([el('dt', {}, text(name)), el('dd', {}, text(value))])),
      );
    case 'table':
      return join([
        htmlTable(piece.table),
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
      return el('ul', { class: 'findings' }, ...piece.findings.map((one) => finding(one, messages)));
    case 'code':
      return join([
        el('h3', {}, text(piece.title)),
        el(
          'pre',
          { tabindex: '0', role: 'region', 'aria-label': piece.title },
          join(piece.text.split('\n').map((line) => `${text(line)}\n` as Markup)),
        ),
      ]);
    case 'verdict':
      return verdictMarkup(piece.verdict, messages);
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

/** A number and its unit stay on one line. */
function prose(messages: string): Markup {
  return text(messages.replace(/(\d) (?=%|(?:[µm]?s|min|[KMG]?B)\b)/g, '$1\u00a0'));
}

function finding({ sentence, evidence, condition }: FindingText, { page, colon }: Messages): Markup {
  return el(
    'li',
    {},
    el('p', { class: 'sentence' }, prose(sentence)),
    folded(page.details, [
      el('p', {}, prose(`${page.evidence}${colon}${evidence}`)),
      el('p', {}, prose(`${page.condition}${colon}${condition}`)),
    ]),
  );
}
