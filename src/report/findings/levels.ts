import { isOpenCell } from '../../model/run.ts';
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

/** One level for each number of connections, rising: cells that differ only in threads load the server alike. */
export function levelsOf(group: RunGroup): readonly Level[] {
  const byConnections = Map.groupBy(closedCells(group), ({ cell }) => cell.connections);
  return [...byConnections]
    .sort(([a], [b]) => a - b)
    .flatMap(([connections, cells]) => {
      const runs = cells.flatMap(({ valid }) => valid);
      const meanMs = meanOver(runs, ({ e2elMs }) => e2elMs.mean);
      const requestsPerSec = meanOver(runs, (run) => run.servedRequestsPerSec);
      if (meanMs === null || requestsPerSec === null || requestsPerSec === 0) return [];
      const requests = sumOver(runs, (run) => run.requests);
      return [{ connections, requestsPerSec, meanMs, runs: runs.length, requests }];
    });
}

/** One level for each mean rate of arrivals, rising. */
export function arrivalLevels(group: RunGroup): readonly ArrivalLevel[] {
  return validCells(group)
    .flatMap(({ cell: { ratePerSec: arrivalsPerSec }, valid }) => {
      const meanMs = meanOver(valid, ({ responseMs }) => responseMs.mean);
      const requestsPerSec = meanOver(valid, (run) => run.servedRequestsPerSec);
      if (arrivalsPerSec === undefined || meanMs === null || requestsPerSec === null) return [];
      const requests = sumOver(valid, (run) => run.requests);
      return [{ arrivalsPerSec, requestsPerSec, meanMs, runs: valid.length, requests }];
    })
    .sort((a, b) => a.arrivalsPerSec - b.arrivalsPerSec);
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
