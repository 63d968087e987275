import type { Cell } from '../model/run.ts';
import type { ComparedKey } from './compared-metrics.ts';
import type { ComparisonNote } from './comparison-note.ts';
import type { Conclusion } from './conclusion.ts';

/** What can be said of a change, a closed list; the words of `compare --json`. */
export const VERDICTS = [
  /** Slower, surely and by more than the margin. */
  'regression',
  /** Faster, surely and by more than the margin. */
  'improvement',
  /** Any difference is surely below the margin. */
  'equivalent',
  /** Real but small: surely different, by an estimate below the margin. */
  'small',
  /** The runs do not say. */
  'inconclusive',
  /** The runs cannot be compared. */
  'invalid',
] as const;

export type Verdict = (typeof VERDICTS)[number];

/** One metric on both sides. */
export interface MetricComparison {
  readonly key: ComparedKey;
  readonly unit: 'ms' | 'per s';
  readonly better: 'lower' | 'higher';
  readonly gating: boolean;
  /** Geometric means over the valid runs. */
  readonly before: number;
  readonly after: number;
  /** after ÷ before. */
  readonly ratio: number;
  /** 95 % interval of the ratio; null when a side has fewer than three valid runs. */
  readonly low: number | null;
  readonly high: number | null;
  readonly verdict: Verdict;
}

export interface SideOfCell {
  readonly runs: readonly number[];
  readonly valid: number;
}

/** One cell that both sides ran. */
export interface CellComparison {
  readonly cell: Cell;
  readonly before: SideOfCell;
  readonly after: SideOfCell;
  readonly verdict: Verdict;
  readonly metrics: Readonly<Partial<Record<ComparedKey, MetricComparison>>>;
  /** What a reader must know of this cell. */
  readonly notes: readonly ComparisonNote[];
}

/** The whole comparison: what `compare --json` prints, with a sentence beside each note. */
export interface Comparison {
  readonly verdict: Verdict;
  readonly conclusion: Conclusion;
  readonly before: string;
  readonly after: string;
  /** Over all cells: the geometric mean of the cells' ratios. */
  readonly metrics: Readonly<Partial<Record<ComparedKey, MetricComparison>>>;
  readonly cells: readonly CellComparison[];
  readonly notes: readonly ComparisonNote[];
}
