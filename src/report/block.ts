import type { FindingText, Severity } from './findings/finding.ts';
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
  | { readonly kind: 'findings'; readonly rows: readonly FindingRow[] }
  /** Text whose spaces matter. */
  | { readonly kind: 'code'; readonly id?: string; readonly title: string; readonly text: string }
  /** What is one click away where a format can fold. */
  | { readonly kind: 'folded'; readonly title: string; readonly blocks: readonly Block[] }
  /** Amounts side by side, drawn with characters; a page with pictures has a plot of them instead. */
  | { readonly kind: 'bars'; readonly chart: BarChart }
  /** What is concluded of two sides, and how far it can be trusted. */
  | { readonly kind: 'verdict'; readonly verdict: VerdictBand }
  /** How each judged metric changed at each load. */
  | { readonly kind: 'changes'; readonly changes: ChangeGrid }
  /** Left out where nothing can be drawn. */
  | { readonly kind: 'plots'; readonly plots: readonly Plot[] };

/** What each label shows of one rule: where all show the same, or there is one label, a single part without labels. */
export interface FindingRow {
  /** Unique within a page. */
  readonly id: string;
  readonly parts: readonly {
    readonly labels: readonly string[];
    readonly severity: Severity;
    readonly text: FindingText;
  }[];
}

/**
 * What a reader makes of a change, `plain` of a figure without one; a colour never stands alone, its glyph and word are
 * always beside it.
 */
export type Tone = 'better' | 'worse' | 'same' | 'open' | 'plain';

export const GLYPHS: Readonly<Record<Tone, string>> = {
  better: '✓',
  worse: '✕',
  same: '=',
  open: '?',
  plain: '▸',
};

export interface VerdictBand {
  readonly tone: Tone;
  readonly headline: string;
  readonly lines: readonly string[];
  /** The command that makes the runs again; null where none is known. */
  readonly repeat: string | null;
  /** What the figures rest on: what was checked, and whether it was found good. */
  readonly trust: readonly Trust[];
  /** The figures that decide, with the load that they are of. */
  readonly tiles: readonly {
    readonly name: string;
    readonly tone: Tone;
    readonly change: string;
    readonly figures: string;
  }[];
}

/** One check, with the section of the page that shows it. */
export interface Trust {
  readonly good: boolean;
  readonly text: string;
  readonly section: string;
}

export interface ChangeGrid {
  /** The load's, then each metric's, then the verdict's. */
  readonly header: readonly string[];
  readonly rows: readonly {
    readonly load: string;
    /** What is said of all its metrics together. */
    readonly verdict: {
      readonly tone: Tone;
      readonly text: string /** May be empty. */;
      readonly why: string;
    };
    /** Its address elsewhere on the page, if any. */
    readonly link: string | null;
    readonly cells: readonly (ChangeCell | null)[];
  }[];
  /** How to read the cells; null where there are none. */
  readonly note: string | null;
}

/** One metric at one load. Ratios are after ÷ before. */
export interface ChangeCell {
  readonly tone: Tone;
  readonly word: string;
  readonly change: string;
  /** Empty without an interval. */
  readonly interval: string;
  readonly figures: string;
  readonly ratio: number;
  readonly low: number | null;
  readonly high: number | null;
  /** Changes below this share are of no consequence. */
  readonly margin: number;
  /** Of each pair of a session; none of runs that were made apart. */
  readonly pairs: readonly number[];
}

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
  /** What a browser's tab shows, where that is not the title. */
  readonly tab?: string;
  /** What it is about, a line each. */
  readonly lead: readonly string[];
  readonly sections: readonly Section[];
  /** The loads with their addresses on the page, for its navigation. */
  readonly loads?: readonly (readonly [id: string, name: string])[] | undefined;
  /** By what it was written. */
  readonly footer: string;
}

/** The sections of a page that a format has. */
export function sectionsFor(format: PageFormat, { sections }: Page): readonly Section[] {
  return sections.filter(({ formats, blocks }) => blocks.length > 0 && (formats?.includes(format) ?? true));
}

/** The verdict that a page begins with, if any. */
export function verdictOf({ sections }: Page): VerdictBand | null {
  const first = sections[0]?.blocks[0];
  return first?.kind === 'verdict' ? first.verdict : null;
}

export const texts = (lines: readonly string[]): Block[] => lines.map((text) => ({ kind: 'text', text }));

export const factsBlock = (facts: readonly (readonly [string, string])[]): Block => ({
  kind: 'facts',
  facts,
});

export const tableBlock = (table: Table, notes: readonly string[] = []): Block => ({
  kind: 'table',
  table,
  notes,
});

export const folded = (title: string, ...blocks: readonly Block[]): Block => ({
  kind: 'folded',
  title,
  blocks,
});

/** Nothing where nothing was drawn. */
export function plotsBlock(plots: readonly (Plot | null)[]): Block[] {
  const drawn = plots.filter((plot) => plot !== null);
  return drawn.length === 0 ? [] : [{ kind: 'plots', plots: drawn }];
}

/** @param formats that have it; all where none is named */
export function section(
  id: string,
  title: string,
  blocks: readonly Block[],
  ...formats: PageFormat[]
): Section {
  return { id, title, blocks, ...(formats.length === 0 ? {} : { formats }) };
}
