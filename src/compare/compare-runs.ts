import type { RunSummary } from '../measure/run-summary.ts';
import { type Cell, cellKey } from '../model/run.ts';
import { compareCell, type MeasuredCell } from './compare-cell.ts';
import {
  type CellComparison,
  type MetricComparisons,
  metricComparison,
  overCells,
  type SideOfCell,
} from './comparison.ts';
import type { ComparisonNote, ComparisonObstacle } from './comparison-note.ts';
import { type Conclusion, conclude, type Sides } from './conclusion.ts';
import { judgeCells, RULES, type Verdict, type Verdicts, verdictOfCell, verdictOfCells } from './judge.ts';

/** The whole comparison: what `compare --json` prints, with a sentence beside each note. */
export interface Comparison {
  readonly verdict: Verdict;
  readonly conclusion: Conclusion;
  readonly before: string;
  readonly after: string;
  /** Over all cells: the geometric mean of the cells' ratios. */
  readonly metrics: MetricComparisons;
  readonly cells: readonly CellComparison[];
  readonly notes: readonly ComparisonNote[];
}

/** Intervals of reports. */
const LEVEL = 0.95;

/**
 * Compares two sets of runs, cell by cell. The replicate is a run, never a request: requests of one run share its
 * batching, clock and neighbours, and treating them as independent finds differences where there are none.
 * @param accepted obstacles that are reported but prevent nothing
 * @param control runs of the first side repeated after those of the second: they show whether the machine drifted
 */
export function compareRuns(
  sides: Sides,
  before: readonly RunSummary[],
  after: readonly RunSummary[],
  control: readonly RunSummary[] = [],
  accepted: readonly ComparisonObstacle['kind'][] = [],
): Comparison {
  const { common, notes } = commonCells(before, after);
  const measured = common.map((cell) => {
    const ofCell = (runs: readonly RunSummary[]) => runs.filter((run) => sameCell(run.cell, cell));
    return compareCell(cell, ofCell(before), ofCell(after), ofCell(control), accepted);
  });
  const verdicts = judgeCells(measured, RULES);
  const cells = measured.map((cell) => cellComparison(cell, verdicts));
  const verdict = verdictOfCells(cells.map((cell) => cell.verdict));
  const judged = measured.flatMap(({ metrics }) =>
    metrics.map((metric) => ({ measured: metric, verdict: verdicts.get(metric) ?? 'inconclusive' })),
  );
  return {
    verdict,
    conclusion: conclude(verdict, sides, cells),
    ...sides,
    metrics: overCells(judged, LEVEL),
    cells,
    notes: [...notes, ...originNotes([...before, ...after]), ...apartNotes(sides, before, after, control)],
  };
}

function cellComparison(cell: MeasuredCell, verdicts: Verdicts): CellComparison {
  const metrics = cell.metrics.map((measured) => {
    const judged = { measured, verdict: verdicts.get(measured) ?? 'inconclusive' };
    return [measured.metric.key, metricComparison(judged, LEVEL)] as const;
  });
  return {
    cell: cell.cell,
    before: side(cell.before),
    after: side(cell.after),
    verdict: verdictOfCell(cell, verdicts),
    metrics: Object.fromEntries(metrics),
    notes: cell.notes,
  };
}

function side(runs: readonly RunSummary[]): SideOfCell {
  return { runs: runs.map(({ id }) => id), valid: runs.filter(({ valid }) => valid).length };
}

/** What the results of other tools do not say. */
function originNotes(runs: readonly RunSummary[]): ComparisonNote[] {
  const tools = new Set(runs.flatMap(({ settings }) => settings.origin?.tool ?? []));
  return [...tools].map((tool) => ({ kind: 'importedRuns', tool }));
}

/** What cannot be excluded of runs that were made one side after the other. */
function apartNotes(
  sides: Sides,
  before: readonly RunSummary[],
  after: readonly RunSummary[],
  control: readonly RunSummary[],
): ComparisonNote[] {
  const starts = (runs: readonly RunSummary[]): number[] =>
    runs.map(({ startedAt }) => Date.parse(startedAt));
  const apart =
    Math.max(...starts(before)) < Math.min(...starts(after)) ||
    Math.max(...starts(after)) < Math.min(...starts(before));
  if (before.length === 0 || after.length === 0 || !apart) return [];
  return [{ kind: 'madeApart', ...sides, repeated: control.some(({ valid }) => valid) }];
}

/** Cells of both sides in the order of the first; cells of one side only are named and left out. */
function commonCells(
  before: readonly RunSummary[],
  after: readonly RunSummary[],
): { common: readonly Cell[]; notes: readonly ComparisonNote[] } {
  const cells = distinctCells([...before, ...after]);
  const has = (runs: readonly RunSummary[], cell: Cell): boolean =>
    runs.some((run) => sameCell(run.cell, cell));
  const common = cells.filter((cell) => has(before, cell) && has(after, cell));
  const notes = cells
    .filter((cell) => !common.includes(cell))
    .map(
      (cell): ComparisonNote => ({
        kind: 'cellNotShared',
        cell,
        ran: has(before, cell) ? 'before' : 'after',
      }),
    );
  return { common, notes };
}

function distinctCells(runs: readonly RunSummary[]): readonly Cell[] {
  return runs.map(({ cell }) => cell).filter((cell, i, all) => all.findIndex((c) => sameCell(c, cell)) === i);
}

function sameCell(a: Cell, b: Cell): boolean {
  return cellKey(a) === cellKey(b);
}
