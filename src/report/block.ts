import type { FindingText } from './findings/finding.ts';
import type { Language } from './messages/languages.ts';
import type { Plot, Table } from './plot/chart.ts';

/** One piece of a report, in words but without a look; each format draws it in its own way. */
export type Block =
  | { readonly kind: 'text'; readonly text: string }
  /** What the blocks after it are about. */
  | { readonly kind: 'title'; readonly text: string }
  /** Names with their values. */
  | { readonly kind: 'facts'; readonly facts: readonly (readonly [string, string])[] }
  | {
      readonly kind: 'table';
      readonly table: Table;
      readonly notes: readonly string[];
      /** What its columns mean, for a page that can fold it away. */
      readonly definition?: readonly string[];
    }
  | { readonly kind: 'findings'; readonly findings: readonly FindingText[] }
  /** Text whose spaces matter. */
  | { readonly kind: 'code'; readonly title: string; readonly text: string }
  /** Amounts side by side, drawn with characters; a page with pictures has a plot of them instead. */
  | { readonly kind: 'bars'; readonly chart: BarChart }
  /** Left out where nothing can be drawn. */
  | { readonly kind: 'plots'; readonly plots: readonly Plot[] };

/** Amounts by name, drawn from left to right or, over time, from the bottom up. */
export interface BarChart {
  readonly title: string;
  readonly direction: 'right' | 'up';
  readonly bars: readonly { readonly name: string; readonly amount: number; readonly label: string }[];
}

export interface Section {
  /** Unique within a page; letters, digits and dashes. */
  readonly id: string;
  readonly title: string;
  readonly blocks: readonly Block[];
  /** The formats that have it; all where nothing is said. */
  readonly formats?: readonly PageFormat[];
}

/** What a page can be written as. */
export type PageFormat = 'text' | 'markdown' | 'html';

/** A whole report. */
export interface Page {
  readonly language: Language;
  readonly title: string;
  /** What it is about, a line each. */
  readonly lead: readonly string[];
  readonly sections: readonly Section[];
  /** By what it was written. */
  readonly footer: string;
}

/** The sections of a page that a format has. */
export function sectionsFor(format: PageFormat, { sections }: Page): readonly Section[] {
  return sections.filter(({ formats, blocks }) => blocks.length > 0 && (formats?.includes(format) ?? true));
}
