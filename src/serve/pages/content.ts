import type { Page } from '../../report/block.ts';
import { shellWord } from '../../report/environment-facts.ts';
import type { Language } from '../../report/messages/languages.ts';
import type { Markup } from '../../report/plot/markup.ts';
import { wordsOf } from '../frame.ts';

/** What a page shows, without what is around it: a function of figures alone. */
export interface Content {
  readonly page: Page;
  /** Below the page's sections: what a report has no block for, such as links. */
  readonly more: Markup;
  /** The command line that makes the same; null where there is none. */
  readonly command: string | null;
  /** The same as data. */
  readonly json: object;
}

/** A page without sections of a report. */
export function barePage(
  { language, toolVersion }: { readonly language: Language; readonly toolVersion: string },
  title: string,
  lead: readonly string[] = [],
): Page {
  return { language, title, lead, sections: [], footer: wordsOf(language).footer(toolVersion) };
}

/** `reprise` with some words, as a shell reads them. */
export function commandOf(...words: readonly string[]): string {
  return ['reprise', ...words].map(shellWord).join(' ');
}
