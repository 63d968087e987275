import type { RunSummary } from '../measure/run-summary.ts';
import { type Cell, cellName } from '../model/run.ts';
import { compareCell, type MeasuredCell, type MeasuredMetric, RUNS_WANTED } from './compare-cell.ts';
import type { CellComparison, Comparison, MetricComparison, SideOfCell, Verdict } from './comparison.ts';
import { type Claim, combineVerdicts, judgeFamily } from './judge.ts';
import { sentenceOf } from './sentence.ts';
import { type Difference, interval, meanDifference } from './welch.ts';

/**
 * Compares two sets of runs, cell by cell. The replicate is a run, never a request: requests of one run share its
 * batching, clock and neighbours, and treating them as independent finds differences where there are none.
 */
export function compareRuns(
  names: { readonly before: string; readonly after: string },
  before: readonly RunSummary[],
  after: readonly RunSummary[],
): Comparison {
  const { common, notes } = commonCells(before, after);
  const measured = common.map((cell) =>
    compareCell(
      cell,
      before.filter((run) => sameCell(run.cell, cell)),
      after.filter((run) => sameCell(run.cell, cell)),
    ),
  );
  const verdicts = judgeAll(measured);
  const cells = measured.map((cell) => cellComparison(cell, verdicts));
  const verdict = combineVerdicts(cells.map((cell) => cell.verdict));
  const metrics = overall(measured, cells);
  return {
    verdict,
    sentence: sentenceOf(verdict, names, cells),
    ...names,
    metrics,
    cells,
    notes,
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
  const metrics = cell.metrics.map((measured) => [measured.metric.key, metricComparison(measured, verdicts)]);
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
      before.valid === 0 || after.valid === 0 || (enough && judged.length === 0)
        ? 'invalid'
        : combineVerdicts(judged.map((measured) => verdicts.get(measured) ?? 'inconclusive')),
    metrics: Object.fromEntries(metrics),
    notes: cell.notes,
  };
}

function metricComparison(measured: MeasuredMetric, verdicts: Verdicts): MetricComparison {
  const { metric, before, after, difference, comparable } = measured;
  const range = difference === null ? null : interval(difference, 0.95);
  return {
    title: metric.title,
    unit: metric.unit,
    better: metric.better,
    gating: metric.gating,
    before,
    after,
    ratio: after / before,
    low: range === null ? null : Math.exp(range[0]),
    high: range === null ? null : Math.exp(range[1]),
    verdict: comparable ? (verdicts.get(measured) ?? 'inconclusive') : 'invalid',
  };
}

/** Over all cells that have the metric; its verdict is that of the cells together. */
function overall(
  measured: readonly MeasuredCell[],
  cells: readonly CellComparison[],
): Readonly<Record<string, MetricComparison>> {
  const keys = new Set(measured.flatMap(({ metrics }) => metrics.map(({ metric }) => metric.key)));
  return Object.fromEntries(
    [...keys].flatMap((key) => {
      const same = measured.flatMap(({ metrics }) => metrics.filter(({ metric }) => metric.key === key));
      const [first] = same;
      if (first === undefined) return [];
      const differences = same.flatMap(({ difference }) => (difference === null ? [] : [difference]));
      const pooled: MeasuredMetric = {
        ...first,
        before: geometricMean(same.map(({ before }) => before)),
        after: geometricMean(same.map(({ after }) => after)),
        difference: differences.length === same.length ? meanDifference(differences) : null,
      };
      const verdict = combineVerdicts(cells.flatMap(({ metrics }) => metrics[key]?.verdict ?? []));
      return [[key, { ...metricComparison(pooled, new Map()), verdict }]];
    }),
  );
}

function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, x) => sum + Math.log(x), 0) / values.length);
}

function side(runs: readonly RunSummary[]): SideOfCell {
  return { runs: runs.map(({ id }) => id), valid: runs.filter(({ valid }) => valid).length };
}

/** Cells of both sides in the order of the first; cells of one side only are named and left out. */
function commonCells(
  before: readonly RunSummary[],
  after: readonly RunSummary[],
): { common: readonly Cell[]; notes: readonly string[] } {
  const cells = distinctCells([...before, ...after]);
  const has = (runs: readonly RunSummary[], cell: Cell): boolean =>
    runs.some((run) => sameCell(run.cell, cell));
  const common = cells.filter((cell) => has(before, cell) && has(after, cell));
  const notes = cells
    .filter((cell) => !common.includes(cell))
    .map(
      (cell) => `cell ${cellName(cell)} ran only ${has(before, cell) ? 'before' : 'after'} and is left out`,
    );
  return { common, notes };
}

function distinctCells(runs: readonly RunSummary[]): readonly Cell[] {
  return runs.map(({ cell }) => cell).filter((cell, i, all) => all.findIndex((c) => sameCell(c, cell)) === i);
}

function sameCell(a: Cell, b: Cell): boolean {
  return cellName(a) === cellName(b);
}
