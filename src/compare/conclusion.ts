import type { Note } from '../model/note.ts';
import type { Cell } from '../model/run.ts';
import { FEWEST_RUNS } from './compare-cell.ts';
import { type ComparedKey, MARGIN, type Margins } from './compared-metrics.ts';
import type { CellComparison, SideOfCell } from './comparison.ts';
import type { ComparisonObstacle } from './comparison-note.ts';
import type { Verdict } from './judge.ts';

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

/** What a comparison of runs concludes, and the figures behind it. */
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
  /** Cells whose runs may not be compared. */
  notComparable: Sides & {
    readonly cells: readonly {
      readonly cell: Cell;
      readonly cause:
        | ComparisonObstacle['kind']
        | 'machineDrifted'
        | 'countedApart'
        | 'lengthsNotKept'
        | 'lengthsDiffer';
    }[];
  };
  noCommonCell: Sides;
}

export type Conclusion = Note<Conclusions>;

/** What follows from the cells' verdicts, and the figures that a sentence needs. */
export function conclude(verdict: Verdict, sides: Sides, cells: readonly CellComparison[]): Conclusion {
  const change = strongestChange(cells, verdict);
  if (change !== null) {
    switch (verdict) {
      case 'regression':
        return { kind: verdict, ...sides, change, improved: strongestChange(cells, 'improvement') };
      case 'improvement':
        return { kind: verdict, ...sides, change };
      case 'small':
        return { kind: verdict, ...sides, change, margins: MARGIN };
    }
  }
  if (verdict === 'equivalent') return { kind: verdict, ...sides, margins: MARGIN };
  return noVerdict(sides, cells);
}

function noVerdict(sides: Sides, cells: readonly CellComparison[]): Conclusion {
  if (cells.length === 0) return { kind: 'noCommonCell', ...sides };
  const obstacles = cells.flatMap(({ cell, notes }) =>
    notes.flatMap((note) => (note.kind === 'obstacle' ? [{ cell, cause: note.obstacle.kind }] : [])),
  );
  if (obstacles.length > 0) return { kind: 'notComparable', ...sides, cells: obstacles };
  const few = cells.filter(({ before, after }) => Math.min(before.valid, after.valid) < FEWEST_RUNS);
  if (few.length > 0) {
    const counts = few.map(({ cell, before, after }) => ({ cell, before: made(before), after: made(after) }));
    return { kind: 'tooFewRuns', ...sides, cells: counts, needed: FEWEST_RUNS };
  }
  const invalid = cells.filter(({ verdict }) => verdict === 'invalid');
  if (invalid.length > 0) {
    const causes = invalid.map(({ cell, notes }) => ({ cell, cause: causeOf(notes) }));
    return { kind: 'notComparable', ...sides, cells: causes };
  }
  return { kind: 'inconclusive', ...sides, margins: MARGIN };
}

function causeOf(notes: CellComparison['notes']): Conclusions['notComparable']['cells'][number]['cause'] {
  if (notes.some(({ kind }) => kind === 'machineDrifted')) return 'machineDrifted';
  if (notes.some(({ kind }) => kind === 'countedApart' || kind === 'eventsDiffer')) return 'countedApart';
  return notes.some((note) => note.kind === 'lengthsDiffer' && note.pinned)
    ? 'lengthsNotKept'
    : 'lengthsDiffer';
}

function made({ runs, valid }: SideOfCell): RunsMade {
  return { made: runs.length, valid };
}

/** The gating figure with that verdict that moved most. */
function strongestChange(cells: readonly CellComparison[], verdict: Verdict): CellChange | null {
  const [strongest] = cells
    .flatMap(({ cell, metrics }) =>
      Object.values(metrics)
        .filter((metric) => metric.gating && metric.verdict === verdict)
        .map(({ key, ratio, low, high }) => ({ metric: key, cell, ratio, low, high })),
    )
    .sort((a, b) => Math.abs(Math.log(b.ratio)) - Math.abs(Math.log(a.ratio)));
  return strongest ?? null;
}
