import type { RunSummary } from '../../measure/run-summary.ts';
import { cellKey, cellName } from '../../model/run.ts';
import type { CellRuns, ReportedRun, RunGroup } from '../runs-report.ts';

/** With more loads a drawing cannot be read. */
export const MOST_CELLS = 8;

/** The runs of one label with what else is known of them. */
export interface ReportedGroup {
  readonly group: RunGroup;
  readonly runs: readonly ReportedRun[];
}

/** One line of a drawing: the runs of a label at a load, in the colour that means it on the whole page. */
export interface CellSeries {
  readonly series: number;
  readonly name: string;
  readonly cell: CellRuns;
  /** The valid ones, or all where none is valid. */
  readonly runs: readonly ReportedRun[];
}

/** What is drawn over each other: the loads of one label, or the labels of one load. */
export interface Overlay {
  /** The load; empty of one label. */
  readonly title: string;
  readonly lines: readonly CellSeries[];
}

/** Colours: of labels from 0, of two labels these, of loads from low to high these. */
const [BEFORE, AFTER] = [10, 11] as const;
const LOWEST_LOAD = 20;
const LOAD_TONES = 4;

/** The colour of a label, given the number of labels. */
export function labelSeries(label: number, labels: number): number {
  if (labels > 2) return label;
  return labels === 2 && label === 0 ? BEFORE : AFTER;
}

/** The colour of a load, given the number of loads, low to high. */
export function loadSeries(load: number, loads: number): number {
  return LOWEST_LOAD + (loads < 2 ? LOAD_TONES - 2 : Math.round((load * (LOAD_TONES - 1)) / (loads - 1)));
}

/** All runs as they are drawn: the loads of one label in one drawing, several labels in a drawing for each load. */
export function overlays(groups: readonly ReportedGroup[]): readonly Overlay[] {
  const [only, another] = groups;
  if (only !== undefined && another === undefined) {
    const cells = only.group.cells.slice(0, MOST_CELLS);
    const lines = cells.map((cell, i) => line(only, cell, cellName(cell.cell), loadSeries(i, cells.length)));
    return [{ title: '', lines }];
  }
  const all = groups.flatMap((group, i) =>
    group.group.cells.map((cell) => ({
      cell,
      line: line(group, cell, group.group.label, labelSeries(i, groups.length)),
    })),
  );
  return [...Map.groupBy(all, ({ cell }) => cellKey(cell.cell)).values()]
    .slice(0, MOST_CELLS)
    .map((same) => ({
      title: same[0] === undefined ? '' : cellName(same[0].cell.cell),
      lines: same.map((one) => one.line),
    }));
}

function line({ runs }: ReportedGroup, cell: CellRuns, name: string, series: number): CellSeries {
  const byId = new Map(runs.map((run) => [run.summary.id, run]));
  return { series, name, cell, runs: cell.shown.flatMap(({ id }) => byId.get(id) ?? []) };
}

/** The run with the median rate of a cell: the upper one of an even number. */
export function medianRun({ runs }: Pick<CellSeries, 'runs'>): ReportedRun | undefined {
  const rate = ({ summary }: { readonly summary: RunSummary }): number => summary.servedRequestsPerSec;
  return [...runs].sort((a, b) => rate(a) - rate(b))[runs.length >> 1];
}

/** Every n-th of some points, so that no more than `most` remain. */
export function thin<T>(points: readonly T[], most: number): readonly T[] {
  const step = Math.max(1, Math.ceil(points.length / most));
  return points.filter((_point, i) => i % step === 0);
}
