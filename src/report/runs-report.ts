import type { Comparison } from '../compare/compare-runs.ts';
import type { ServerDifference } from '../compare/servers/server-differences.ts';
import { geometricMean, meanOf } from '../compare/statistics/averages.ts';
import type { WrkFigures } from '../measure/as/wrk-figures.ts';
import type { RunSeries } from '../measure/run-series.ts';
import type { RunSummary } from '../measure/run-summary.ts';
import { PERCENTILES, type Percentile } from '../measure/sample.ts';
import type { ServerFacts } from '../measure/server/server-facts.ts';
import type { TapeFigures } from '../measure/tape-figures.ts';
import type { Traffic } from '../measure/traffic.ts';
import { type Cell, cellKey } from '../model/run.ts';

/** A run with everything that a report shows of it. */
export interface ReportedRun {
  readonly summary: RunSummary;
  readonly series: RunSeries;
  readonly wrk: WrkFigures;
  readonly server: ServerFacts;
  /** The same as the last capture of this server's traffic found it; null when the tape has none. */
  readonly recordedServer: { readonly at: string; readonly facts: ServerFacts } | null;
  /** The version of reprise that made it. */
  readonly toolVersion: string;
}

/** When a recorded exchange that ended `ok` was done, from its arrival at the recorder. */
export interface RecordedTiming {
  readonly e2elMs: number;
}

/** What a report of runs is made from. */
export interface RunsReport {
  /** The tape's file, as the user named it. */
  readonly tape: string;
  readonly runs: readonly ReportedRun[];
  /** By the exchange's id, for the requests in the runs' samples. */
  readonly recorded: ReadonlyMap<number, RecordedTiming>;
  /** The user's line for the top of the report; may be empty. */
  readonly note: string;
  /** The route that most exchanges took. */
  readonly path: string;
  /** Of the reprise that writes the report. */
  readonly toolVersion: string;
  /** Each further label against the first; empty of one label, and where a label pools what may not be pooled. */
  readonly compared: readonly ComparedLabels[];
}

/** Two labels of a report against each other. */
export interface ComparedLabels {
  readonly comparison: Comparison;
  /** What differs between the servers as they describe themselves; baseline is the first label's. */
  readonly changed: readonly ServerDifference[];
  /** Of both labels. */
  readonly runs: readonly RunSummary[];
}

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

/** The percentiles that tables of these runs show: one command measures all of its runs with the same. */
export function shownPercentiles(runs: readonly RunSummary[]): readonly Percentile[] {
  const asked = runs[0]?.percentiles ?? PERCENTILES;
  // Summaries that came from another thread hold a copy.
  return asked.join() === PERCENTILES.join() ? PERCENTILES : asked;
}

/** The loads of some labels in the order of tables: the labels of a load below each other. */
export function loadsByLabel(
  groups: readonly RunGroup[],
): readonly (CellRuns & { readonly label: string })[] {
  const all = groups.flatMap(({ label, cells }) => cells.map((cell) => ({ ...cell, label })));
  return [...Map.groupBy(all, ({ cell }) => cellKey(cell)).values()].flat();
}

/**
 * One figure over some runs, as comparisons have it: the geometric mean, or the plain one where a run has 0; null where no
 * run has the figure.
 */
export function meanOver(runs: readonly RunSummary[], of: (run: RunSummary) => number | null): number | null {
  const values = runs.map(of).filter((value) => value !== null);
  if (values.length < 2) return values[0] ?? null;
  return values.every((value) => value > 0) ? geometricMean(values) : meanOf(values);
}

/** The sum over some runs of one count. */
export function sumOver(runs: readonly RunSummary[], of: (run: RunSummary) => number): number {
  return runs.reduce((total, run) => total + of(run), 0);
}

/** What is on a tape. */
export interface TrafficReport {
  /** The tape's file, as the user named it. */
  readonly tape: string;
  readonly figures: TapeFigures;
  readonly traffic: Traffic;
  readonly toolVersion: string;
}
