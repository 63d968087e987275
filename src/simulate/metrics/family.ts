import type { Histogram } from './histogram.ts';

export type Labels = Readonly<Record<string, string>>;

/** One line of values, or one histogram's or summary's lines, of a family. */
export type Series =
  | { readonly labels: Labels; readonly value: number }
  | { readonly labels: Labels; readonly histogram: Histogram }
  | { readonly labels: Labels; readonly summary: { readonly count: number; readonly sum: number } };

/** A metric of Prometheus with all its series. */
export interface Family {
  /** Without `_total`: the text formats differ in where they put it. */
  readonly name: string;
  readonly kind: 'counter' | 'gauge' | 'histogram' | 'summary';
  readonly help: string;
  /** Of the Rust front end, where it is not the help with a full stop behind. */
  readonly rustHelp?: string;
  /** Python's client says of most counters since when they count; not of what the system counts. */
  readonly withoutCreated?: true;
  readonly series: readonly Series[];
}
