import { studentQuantile } from '../../compare/statistics/distributions.ts';
import type { RunSeries } from '../../measure/run-series.ts';
import type { RunGroup } from '../runs-report.ts';
import { type Finding, found } from './finding.ts';
import { validCells, variation } from './levels.ts';

/** A drift below this is of no consequence. */
const DRIFT_MARGIN = 0.02;

/** The chance that a run that does not drift is said to, before the margin is asked. */
const DRIFT_CHANCE = 0.005;

/** A finding about the server needs this multiple of the longest delay of the client’s own event loop. */
const CLIENT_TIMES = 2;

/** How far runs of the same cell lie apart, by their mean latency. */
export function repeats(group: RunGroup): Finding[] {
  const cells = validCells(group);
  const varied = cells.flatMap(({ cell, valid }) => {
    const cv = variation(valid.flatMap(({ e2elMs }) => e2elMs.mean ?? []));
    return cv === null ? [] : [{ cell, cv, runs: valid.length }];
  });
  const [widest] = varied.sort((a, b) => b.cv - a.cv);
  if (widest !== undefined) return [found('repeats', 'finding', { ...widest, cells: varied.length })];
  return cells.length === 0 ? [] : [found('noRepeats', 'limit', { cells: cells.length })];
}

/** How far requests of the same run lie apart. */
export function spread(group: RunGroup): Finding[] {
  const cells = validCells(group).flatMap(({ cell, valid }) => {
    const cvs = valid.flatMap(({ e2elMs: { mean, stdev } }) =>
      mean && stdev !== null ? [stdev / mean] : [],
    );
    const requests = valid.reduce((sum, { e2elMs }) => sum + e2elMs.count, 0);
    return cvs.length === 0 ? [] : [{ cell, cv: cvs.reduce((sum, x) => sum + x, 0) / cvs.length, requests }];
  });
  const sorted = cells.sort((a, b) => a.cv - b.cv);
  const [narrow, wide] = [sorted[0], sorted.at(-1)];
  if (narrow === undefined || wide === undefined || narrow === wide) return [];
  const requests = cells.reduce((sum, cell) => sum + cell.requests, 0);
  return [found('spread', 'finding', { narrow, wide, requests })];
}

/** Whether latency moved within the runs: a drift is said when chance does not explain it and it exceeds the margin. */
export function drift(group: RunGroup, series: ReadonlyMap<number, RunSeries>): Finding[] {
  const runs = validCells(group).flatMap(({ cell, valid }) =>
    valid.flatMap(({ id }) => {
      const { ratio = null, standardError = null, df = 0 } = series.get(id)?.drift ?? {};
      if (ratio === null || standardError === null) return [];
      const half = studentQuantile(0.975, df) * standardError;
      const isChance = Math.abs(Math.log(ratio)) <= studentQuantile(1 - DRIFT_CHANCE / 2, df) * standardError;
      const change = { ratio, low: ratio * Math.exp(-half), high: ratio * Math.exp(half) };
      return [{ run: id, cell, isChance, change }];
    }),
  );
  const drifting = runs.filter(
    ({ isChance, change }) => !isChance && Math.abs(change.ratio - 1) > DRIFT_MARGIN,
  );
  if (drifting.length > 0) {
    return drifting.map(({ run, cell, change }) =>
      found('drift', 'finding', { run, cell, change, margin: DRIFT_MARGIN }),
    );
  }
  const within = runs.filter(({ change }) => Math.abs(change.ratio - 1) <= DRIFT_MARGIN);
  if (runs.length === 0 || within.length < runs.length) return [];
  const largest = Math.max(...runs.map(({ change }) => Math.abs(change.ratio - 1)));
  return [found('steady', 'finding', { runs: runs.length, largest, margin: DRIFT_MARGIN })];
}

/**
 * Cold starts, stalls and outages, also of runs that are not valid: failures are a part of them. Not where the client
 * itself paused for half as long as what it saw.
 */
export function interruptions({ cells }: RunGroup, series: ReadonlyMap<number, RunSeries>): Finding[] {
  return cells.flatMap(({ cell, runs }) =>
    runs.flatMap(({ id: run, health }) => {
      const { coldStart = null, stalls = [], outages = [] } = series.get(run)?.interruptions ?? {};
      const lateMs = CLIENT_TIMES * (health?.loopDelayMaxMs ?? 0);
      const [longest] = stalls;
      const told: Finding[] = [];
      if (coldStart !== null && coldStart.medianMs - coldStart.laterMs > lateMs) {
        told.push(found('coldStart', 'finding', { run, cell, ...coldStart }));
      }
      if (longest !== undefined && longest.lengthMs > lateMs) {
        told.push(found('stall', 'finding', { run, cell, ...longest, stalls: stalls.length }));
      }
      return [...told, ...outages.map((outage) => found('outage', 'finding', { run, cell, ...outage }))];
    }),
  );
}
