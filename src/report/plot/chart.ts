import { niceDomain, type ScaleKind } from './scale.ts';

/** A value to be drawn, with its own words for its layer's tip. */
export interface ChartPoint {
  readonly x: number;
  readonly y: number;
  readonly words: readonly string[];
}

/** Marks of one series. */
interface Marks {
  /** Its colour, from 0. */
  readonly series: number;
  readonly points: readonly ChartPoint[];
  /** The tooltip of a point; `{0}`, `{1}` are replaced by the point's texts, so that a page does not repeat the rest. */
  readonly tip: string;
}

export type Layer =
  /** `step` goes on to the next value and jumps there, `rise` jumps first. */
  | (Marks & { readonly kind: 'line' | 'step' | 'rise' | 'dots' | 'linked-dots' })
  /** From zero up, each `width` wide from its x. */
  | (Marks & { readonly kind: 'bars'; readonly width: number })
  /** A line at one x, with a word at its top. */
  | { readonly kind: 'rule'; readonly at: number; readonly label: string }
  /** Where y equals x. */
  | { readonly kind: 'diagonal'; readonly label: string };

export interface Axis {
  readonly label: string;
  readonly kind: ScaleKind;
  readonly domain: readonly [number, number];
  readonly format: (value: number) => string;
}

/** An axis whose ends are nice numbers around some values. */
export function axisOf(
  label: string,
  values: readonly number[],
  format: Axis['format'],
  kind: 'linear' | 'log' = 'linear',
): Axis {
  return { label, kind, domain: niceDomain(kind, values), format };
}

/** One drawing with two axes. */
export interface Chart {
  readonly kind: 'chart';
  /** What it shows, for who cannot see it. */
  readonly description: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly layers: readonly Layer[];
  /** Of the drawing, in units of which it is 640 wide. */
  readonly height: number;
}

/** A matrix of cells in colours. */
export interface HeatMap {
  readonly kind: 'heat';
  readonly description: string;
  readonly rowLabel: string;
  readonly columnLabel: string;
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** `level` from 0 (least) to 1 (most); null is a cell that was not run. */
  readonly cells: readonly {
    readonly row: number;
    readonly column: number;
    readonly level: number;
    readonly label: string;
    readonly tip: string;
  }[];
}

/** Changes by pair, one row a metric: dots, their estimate and its interval. */
export interface Strip {
  readonly kind: 'strip';
  readonly description: string;
  readonly axis: Axis;
  /** What zero means. */
  readonly zeroLabel: string;
  readonly rows: readonly {
    readonly name: string;
    /** `words` are the pair's name and its change. */
    readonly points: readonly { readonly at: number; readonly words: readonly [string, string] }[];
    readonly estimate: number;
    readonly interval: readonly [number, number] | null;
    readonly tip: string;
  }[];
}

export type Drawing = Chart | HeatMap | Strip;

/** A table of text; the first column names its rows. */
export interface Table {
  readonly caption: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Columns that hold words rather than numbers. */
  readonly left?: ReadonlySet<number>;
}

/** A figure of a report: one or more drawings, their legend, what they mean, and the table behind them. */
export interface Plot {
  /** Unique within a page; letters, digits and dashes. */
  readonly id: string;
  readonly title: string;
  /** True when its drawings need the page's whole width, side by side. */
  readonly wide?: boolean;
  /** What to see in it, one sentence. */
  readonly lead: string;
  /** What was drawn from how many values, and by which definitions. */
  readonly definition: readonly string[];
  readonly legend?: readonly { readonly series: number; readonly name: string }[];
  readonly drawings: readonly Drawing[];
  /** Its caption is the title. */
  readonly table: Omit<Table, 'caption'>;
}
