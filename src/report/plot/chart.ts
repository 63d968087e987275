import type { DrawnKey } from '../../measure/metric-table.ts';
import { niceDomain, type ScaleKind } from './scale.ts';

/** A value to be drawn, with its own words for its layer's tip. */
export interface ChartPoint {
  readonly x: number;
  readonly y: number;
  readonly words: readonly string[];
  /** Lowest and highest y behind it, drawn as a whisker. */
  readonly range?: readonly [number, number] | null;
}

/** The requests that the points of a series are made of, for pages that lead to them. */
export interface Behind {
  readonly runs: readonly number[];
  /**
   * What each of `values` is: the instant from which requests were sent, ms, `step` ms long; the largest value of a metric,
   * ms; or a request, as `run.position`.
   */
  readonly by: 'sent' | DrawnKey | 'request';
  /** One a point. */
  readonly values: readonly (number | string)[];
  readonly step?: number;
}

/** Marks of one series. */
interface Marks {
  /** Its colour, from 0. */
  readonly series: number;
  readonly points: readonly ChartPoint[];
  /** Its name beside its last point, where a drawing has no room for a legend's way. */
  readonly label?: string;
  /** The tooltip of a point; `{0}`, `{1}` are replaced by the point's texts, so that a page does not repeat the rest. */
  readonly tip: string;
  readonly behind?: Behind;
}

export type Layer =
  /** `step` goes on to the next value and jumps there, `rise` jumps first; `beyond` is a `rise` or `step` of few values. */
  | (Marks & { readonly kind: 'line' | 'step' | 'rise' | 'dots' | 'linked-dots'; readonly beyond?: boolean })
  /** From zero up, each `width` wide from its x. */
  | (Marks & { readonly kind: 'bars'; readonly width: number })
  /** A line at one x, with a word above the frame, in the colour of a series where it is one's. */
  | { readonly kind: 'rule'; readonly at: number; readonly label: string; readonly series?: number }
  /** A line at one y, with a word at its end. */
  | { readonly kind: 'level'; readonly at: number; readonly label: string }
  /** What lies between two x or two y is set apart. */
  | { readonly kind: 'shade'; readonly axis: 'x' | 'y'; readonly from: number; readonly to: number }
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
  /** What is above it, where one figure has several drawings. */
  readonly title?: string;
  /** Of the drawing, in units that are about a pixel: it is drawn for the room that it gets. */
  readonly width?: number;
  readonly height: number;
}

/** Panels over each other that share one x axis. */
export interface Stack {
  readonly kind: 'stack';
  readonly description: string;
  readonly title?: string;
  readonly x: Axis;
  /** Drawn in every panel; its word once, above the first. */
  readonly marks: readonly Layer[];
  readonly panels: readonly { readonly y: Axis; readonly layers: readonly Layer[] }[];
}

/** A matrix of cells in colours. */
export interface HeatMap {
  readonly kind: 'heat';
  readonly description: string;
  readonly rowLabel: string;
  readonly columnLabel: string;
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** `shade` is from 0 (least) to 1 (most), or what a change means. */
  readonly cells: readonly {
    readonly row: number;
    readonly column: number;
    readonly shade: number | 'better' | 'worse' | 'same';
    readonly label: string;
    readonly tip: string;
  }[];
}

/** Changes by pair, one row a metric: dots, their estimate and its interval, as logarithms of ratios. */
export interface Strip {
  readonly kind: 'strip';
  readonly description: string;
  /** Ends of the axis, as logarithms; what lies beyond is an arrow. */
  readonly reach: number;
  readonly ticks: readonly { readonly at: number; readonly name: string }[];
  readonly rows: readonly {
    readonly name: string;
    /** `words` are the pair's name and its change. */
    readonly points: readonly { readonly at: number; readonly words: readonly [string, string] }[];
    readonly estimate: number;
    readonly interval: readonly [number, number] | null;
    /** Half of the band of changes that are of no consequence. */
    readonly margin: number;
    /** The estimate in words, and what is made of it. */
    readonly figure: string;
    readonly tip: string;
  }[];
}

export type Drawing = Chart | HeatMap | Strip | Stack;

/** A table of text; the first column names its rows. */
export interface Table {
  readonly caption: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Columns that hold words rather than numbers. */
  readonly left?: ReadonlySet<number>;
  /** Columns that a narrow terminal leaves out, in this order. */
  readonly drop?: readonly number[];
  /** What a page says of a cell that is pointed at, e.g. why it is a dash. */
  readonly hints?: readonly (readonly (string | null)[])[];
  /** The addresses of the rows on a page. */
  readonly ids?: readonly string[];
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
