import type { RunSummary } from '../../measure/run-summary.ts';
import { cellName } from '../../model/run.ts';
import type { CellRuns, ReportedRun, RunGroup } from '../runs-report.ts';

/** With more cells a drawing cannot be read. */
const MOST_CELLS = 8;

/** A cell of a drawing, with the runs that it is drawn from and its colour. */
export interface CellSeries {
  readonly series: number;
  readonly name: string;
  readonly cell: CellRuns;
  readonly runs: readonly ReportedRun[];
}

/** The cells of a label that are drawn, with their valid runs (or all where none is valid). */
export function cellSeries(group: RunGroup, runs: readonly ReportedRun[]): readonly CellSeries[] {
  const byId = new Map(runs.map((run) => [run.summary.id, run]));
  return group.cells.slice(0, MOST_CELLS).map((cell, series) => ({
    series,
    name: cellName(cell.cell),
    cell,
    runs: cell.shown.flatMap(({ id }) => byId.get(id) ?? []),
  }));
}

/** The run with the median rate of a cell: the upper one of an even number. */
export function medianRun({ runs }: CellSeries): ReportedRun | undefined {
  const rate = ({ summary }: { readonly summary: RunSummary }): number => summary.requestsPerSec;
  return [...runs].sort((a, b) => rate(a) - rate(b))[runs.length >> 1];
}

/** Every n-th of some points, so that no more than `most` remain. */
export function thin<T>(points: readonly T[], most: number): readonly T[] {
  const step = Math.max(1, Math.ceil(points.length / most));
  return points.filter((_point, i) => i % step === 0);
}
