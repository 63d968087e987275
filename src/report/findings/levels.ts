import type { RunSummary } from '../../measure/run-summary.ts';
import { type Cell, isOpenCell } from '../../model/run.ts';
import { type CellRuns, meanOver, type RunGroup, sumOver } from '../runs-report.ts';
import type { ArrivalLevel, CellFacts, Level } from './finding.ts';

/** The cells of a group that have a valid run. */
export function validCells({ cells }: RunGroup): readonly CellRuns[] {
  return cells.filter(({ valid }) => valid.length > 0);
}

/** Those of them whose number of connections was asked for; an open loop opens what it needs. */
export function closedCells(group: RunGroup): readonly CellRuns[] {
  return validCells(group).filter(({ cell }) => !isOpenCell(cell));
}

/** A cell's figures over its valid runs; null when no request of it ended `ok`. */
export function cellFacts({ cell, valid }: CellRuns): CellFacts | null {
  const meanMs = meanOver(valid, ({ e2elMs }) => e2elMs.mean);
  const requestsPerSec = meanOver(valid, (run) => run.servedRequestsPerSec);
  if (meanMs === null || requestsPerSec === null) return null;
  return {
    cell,
    requestsPerSec,
    tokensPerSec: meanOver(valid, (run) => run.servedOutputTokensPerSec),
    meanMs,
    runs: valid.length,
    requests: sumOver(valid, ({ requests }) => requests),
  };
}

/** What the valid runs of one load gave together. */
export interface LoadRuns {
  /** Connections, or arrivals per second. */
  readonly load: number;
  readonly runs: readonly RunSummary[];
  readonly requestsPerSec: number;
  readonly meanMs: number;
  readonly requests: number;
}

/** One for each load, rising: cells that differ only in threads load the server alike. */
function loadsOf(
  cells: readonly CellRuns[],
  loadOf: (cell: Cell) => number | undefined,
  meanMsOf: (run: RunSummary) => number | null,
): readonly LoadRuns[] {
  return [...Map.groupBy(cells, ({ cell }) => loadOf(cell))]
    .flatMap(([load, same]) => {
      const runs = same.flatMap(({ valid }) => valid);
      const meanMs = meanOver(runs, meanMsOf);
      const requestsPerSec = meanOver(runs, (run) => run.servedRequestsPerSec);
      if (load === undefined || meanMs === null || requestsPerSec === null) return [];
      return [{ load, runs, requestsPerSec, meanMs, requests: sumOver(runs, (run) => run.requests) }];
    })
    .sort((a, b) => a.load - b.load);
}

/** The loads of closed loops, in connections. */
export function closedLoads(group: RunGroup): readonly LoadRuns[] {
  const all = loadsOf(
    closedCells(group),
    ({ connections }) => connections,
    ({ e2elMs }) => e2elMs.mean,
  );
  return all.filter(({ requestsPerSec }) => requestsPerSec > 0);
}

/** The loads of open loops, in mean arrivals per second; times count from the planned instant. */
export function openLoads(group: RunGroup): readonly LoadRuns[] {
  return loadsOf(
    validCells(group),
    ({ ratePerSec }) => ratePerSec,
    ({ responseMs }) => responseMs.mean,
  );
}

export function levelsOf(group: RunGroup): readonly Level[] {
  return closedLoads(group).map(({ load: connections, requestsPerSec, meanMs, runs, requests }) => ({
    connections,
    requestsPerSec,
    meanMs,
    runs: runs.length,
    requests,
  }));
}

export function arrivalLevels(group: RunGroup): readonly ArrivalLevel[] {
  return openLoads(group).map(({ load: arrivalsPerSec, requestsPerSec, meanMs, runs, requests }) => ({
    arrivalsPerSec,
    requestsPerSec,
    meanMs,
    runs: runs.length,
    requests,
  }));
}

/** Each level with the one before it. */
export function stepsOf<L>(levels: readonly L[]): readonly { readonly from: L; readonly to: L }[] {
  return levels.flatMap((from, i) => levels.slice(i + 1, i + 2).map((to) => ({ from, to })));
}

/** The coefficient of variation (sample standard deviation ÷ mean); null below two values. */
export function variation(values: readonly number[]): number | null {
  const n = values.length;
  const mean = values.reduce((sum, x) => sum + x, 0) / n;
  if (n < 2 || !(mean > 0)) return null;
  return Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (n - 1)) / mean;
}
