import type { RunSummary } from '../measure/run-summary.ts';
import { type Cell, cellKey } from '../model/run.ts';

/** The runs of one cell. */
export interface CellRuns {
  readonly cell: Cell;
  readonly runs: readonly RunSummary[];
  readonly valid: readonly RunSummary[];
  /** Those that figures are taken from: the valid ones, or all where there are none. */
  readonly shown: readonly RunSummary[];
}

/** The runs of one label against one target, cell by cell in the order in which they were run. */
export interface RunGroup {
  readonly label: string;
  readonly target: string;
  readonly runs: readonly RunSummary[];
  readonly cells: readonly CellRuns[];
}

/** One group for each label and target, in the order of their first runs. */
export function groupRuns(runs: readonly RunSummary[]): readonly RunGroup[] {
  const groups = Map.groupBy(runs, ({ label, target }) => JSON.stringify([label, target]));
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const cells = [...Map.groupBy(group, ({ cell }) => cellKey(cell)).values()];
    return [{ label: first.label, target: first.target, runs: group, cells: cells.flatMap(cellRuns) }];
  });
}

function cellRuns(runs: readonly RunSummary[]): CellRuns[] {
  const [first] = runs;
  const valid = runs.filter((run) => run.valid);
  return first === undefined
    ? []
    : [{ cell: first.cell, runs, valid, shown: valid.length > 0 ? valid : runs }];
}

/** The median over some runs of one figure; null where no run has it. */
export function medianOver(
  runs: readonly RunSummary[],
  of: (run: RunSummary) => number | null,
): number | null {
  const sorted = runs
    .map(of)
    .filter((value) => value !== null)
    .sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? null;
  if (sorted.length % 2 === 1 || upper === null) return upper;
  return ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/** The sum over some runs of one count. */
export function sumOver(runs: readonly RunSummary[], of: (run: RunSummary) => number): number {
  return runs.reduce((total, run) => total + of(run), 0);
}
