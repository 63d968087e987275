import type { RunSummary } from '../measure/run-summary.ts';
import { type Cell, cellKey } from '../model/run.ts';
import { compareCell, type MeasuredCell, RUNS_WANTED } from './compare-cell.ts';
import type { CellComparison, Comparison, SideOfCell, Verdict } from './comparison.ts';
import type { ComparisonNote } from './comparison-note.ts';
import { conclude } from './conclude.ts';
import type { Sides } from './conclusion.ts';
import { type Claim, combineVerdicts, judgeFamily } from './judge.ts';
import { type MeasuredMetric, metricComparison, overCells } from './metric-comparison.ts';
import type { Difference } from './statistics/difference.ts';

/** Intervals of reports. */
const LEVEL = 0.95;

/**
 * Compares two sets of runs, cell by cell. The replicate is a run, never a request: requests of one run share its
 * batching, clock and neighbours, and treating them as independent finds differences where there are none.
 * @param control runs of the first side repeated after those of the second: they show whether the machine drifted
 */
export function compareRuns(
  sides: Sides,
  before: readonly RunSummary[],
  after: readonly RunSummary[],
  control: readonly RunSummary[] = [],
): Comparison {
  const { common, notes } = commonCells(before, after);
  const measured = common.map((cell) => {
    const ofCell = (runs: readonly RunSummary[]) => runs.filter((run) => sameCell(run.cell, cell));
    return compareCell(cell, ofCell(before), ofCell(after), ofCell(control));
  });
  const verdicts = judgeAll(measured);
  const cells = measured.map((cell) => cellComparison(cell, verdicts));
  const verdict = combineVerdicts(cells.map((cell) => cell.verdict));
  const judged = measured.flatMap(({ metrics }) =>
    metrics.map((metric) => ({ measured: metric, verdict: verdictOf(metric, verdicts) })),
  );
  return {
    verdict,
    conclusion: conclude(verdict, sides, cells),
    ...sides,
    metrics: overCells(judged, LEVEL),
    cells,
    notes: [...notes, ...apartNotes(sides, before, after, control)],
  };
}

type Verdicts = ReadonlyMap<MeasuredMetric, Verdict>;

/** Gating metrics of all cells are one family; the others are judged one by one, as a description. */
function judgeAll(cells: readonly MeasuredCell[]): Verdicts {
  const verdicts = new Map<MeasuredMetric, Verdict>();
  const claimable = cells
    .flatMap(({ metrics }) => metrics)
    .filter((m) => m.comparable && m.difference !== null);
  const claim = ({ metric, difference }: MeasuredMetric): Claim => ({
    metric,
    difference: difference as Difference,
  });
  const gating = claimable.filter(({ metric }) => metric.gating);
  judgeFamily(gating.map(claim)).forEach((verdict, i) => {
    const measured = gating[i];
    if (measured !== undefined) verdicts.set(measured, verdict);
  });
  for (const measured of claimable) {
    if (measured.metric.gating) continue;
    verdicts.set(measured, judgeFamily([claim(measured)])[0] ?? 'inconclusive');
  }
  return verdicts;
}

function cellComparison(cell: MeasuredCell, verdicts: Verdicts): CellComparison {
  const metrics = cell.metrics.map((measured) => {
    const judged = { measured, verdict: verdictOf(measured, verdicts) };
    return [measured.metric.key, metricComparison(judged, LEVEL)] as const;
  });
  const before = side(cell.before);
  const after = side(cell.after);
  const gating = cell.metrics.filter(({ metric }) => metric.gating);
  const judged = gating.filter(({ comparable }) => comparable);
  const enough = Math.min(before.valid, after.valid) >= RUNS_WANTED;
  return {
    cell: cell.cell,
    before,
    after,
    verdict:
      cell.drifted || before.valid === 0 || after.valid === 0 || (enough && judged.length === 0)
        ? 'invalid'
        : combineVerdicts(judged.map((measured) => verdicts.get(measured) ?? 'inconclusive')),
    metrics: Object.fromEntries(metrics),
    notes: cell.notes,
  };
}

function verdictOf(measured: MeasuredMetric, verdicts: Verdicts): Verdict {
  return measured.comparable ? (verdicts.get(measured) ?? 'inconclusive') : 'invalid';
}

function side(runs: readonly RunSummary[]): SideOfCell {
  return { runs: runs.map(({ id }) => id), valid: runs.filter(({ valid }) => valid).length };
}

/** What nobody can exclude of runs that were made one side after the other. */
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
