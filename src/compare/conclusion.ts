import type { Note } from '../model/note.ts';
import type { Cell } from '../model/run.ts';
import type { ComparedKey, Margins } from './compared-metrics.ts';

/** The names of the two sides. */
export interface Sides {
  readonly before: string;
  readonly after: string;
}

/** How a metric changed in one cell, as ratios after ÷ before. */
export interface CellChange {
  readonly metric: ComparedKey;
  readonly cell: Cell;
  readonly ratio: number;
  /** The interval; null where there are too few runs for one. */
  readonly low: number | null;
  readonly high: number | null;
}

/** Runs of one side of a cell. */
export interface RunsMade {
  readonly made: number;
  readonly valid: number;
}

/** What a comparison of runs concludes, and the figures that it stands on. */
export interface Conclusions {
  /** `improved` is an improvement of another metric, which must not go unsaid. */
  regression: Sides & { readonly change: CellChange; readonly improved: CellChange | null };
  improvement: Sides & { readonly change: CellChange };
  equivalent: Sides & { readonly margins: Margins };
  small: Sides & { readonly change: CellChange; readonly margins: Margins };
  inconclusive: Sides & { readonly margins: Margins };
  /** Cells with fewer valid runs of a side than a verdict needs. */
  tooFewRuns: Sides & {
    readonly cells: readonly { readonly cell: Cell; readonly before: RunsMade; readonly after: RunsMade }[];
    readonly needed: number;
  };
  /** Cells whose valid runs may not be compared. */
  notComparable: Sides & {
    readonly cells: readonly { readonly cell: Cell; readonly cause: 'machineDrifted' | 'lengthsDiffer' }[];
  };
  noCommonCell: Sides;
}

export type Conclusion = Note<Conclusions>;
