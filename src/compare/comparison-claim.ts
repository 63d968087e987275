import { RUNS_WANTED } from './compare-cell.ts';
import type { CellComparison, MetricComparison, Verdict } from './comparison.ts';

/** The gating figure with that verdict that moved most, and where. */
export function strongestFigure(
  cells: readonly CellComparison[],
  verdict: Verdict,
): { readonly cell: CellComparison['cell']; readonly metric: MetricComparison } | undefined {
  return cells
    .flatMap(({ cell, metrics }) =>
      Object.values(metrics)
        .filter((metric) => metric.gating && metric.verdict === verdict)
        .map((metric) => ({ cell, metric })),
    )
    .sort((a, b) => Math.abs(Math.log(b.metric.ratio)) - Math.abs(Math.log(a.metric.ratio)))[0];
}

/** Whether a cell has fewer valid runs of a side than a verdict wants. */
export function hasFewRuns(cells: readonly CellComparison[]): boolean {
  return cells.some(({ before, after }) => Math.min(before.valid, after.valid) < RUNS_WANTED);
}
