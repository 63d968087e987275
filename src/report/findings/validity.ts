import type { WrkFigures } from '../../measure/as/wrk-figures.ts';
import { isSufficient, sufficientSample } from '../../measure/sample.ts';
import { isError } from '../../model/outcome.ts';
import { type RunGroup, sumOver } from '../runs-report.ts';
import { type Finding, found } from './finding.ts';
import { validCells } from './levels.ts';

/** A wrk figure that is off by more than this share is reported. */
const OFF = { reqSec: 0.2, window: 0.01 } as const;

/** Nothing may be concluded when no run is valid. */
export function noValidRun(group: RunGroup): Finding[] {
  if (validCells(group).length > 0) return [];
  const byKind = Map.groupBy(
    group.runs.flatMap(({ invalidReasons }) => invalidReasons),
    ({ kind }) => kind,
  );
  return [
    found('noValidRun', 'limit', { reasons: [...byKind.values()].flatMap((same) => same.slice(0, 1)) }),
  ];
}

/** What failed, over all runs, also those that are not valid. */
export function errors(group: RunGroup): Finding[] {
  const requests = sumOver(group.runs, (run) => run.requests);
  const failed = sumOver(group.runs, (run) => run.errors);
  if (requests === 0) return [];
  if (failed === 0) return [found('noErrors', 'finding', { requests })];
  const outcomes = new Map<string, number>();
  for (const run of group.runs) {
    for (const [outcome, n] of Object.entries(run.outcomes)) {
      if (isError(outcome as keyof typeof run.outcomes))
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + n);
    }
  }
  const most = [...outcomes].sort(([, a], [, b]) => b - a);
  return [found('errors', 'finding', { errors: failed, requests, outcomes: most })];
}

/** That the load generator did not make the figures: its own worst figures over the valid runs. */
export function generator(group: RunGroup): Finding[] {
  const health = validCells(group).flatMap(({ valid }) => valid.flatMap((run) => run.health ?? []));
  if (health.length === 0) return [];
  const lags = health.flatMap(({ scheduleLagP99Ms }) => scheduleLagP99Ms ?? []);
  const occupancies = health.flatMap(({ occupancy }) => occupancy ?? []);
  return [
    found('generator', 'finding', {
      runs: health.length,
      loopUtilization: Math.max(...health.map((h) => h.loopUtilization)),
      loopDelayP99Ms: Math.max(...health.map((h) => h.loopDelayP99Ms)),
      occupancy: occupancies.length === 0 ? null : Math.min(...occupancies),
      lagP99Ms: lags.length === 0 ? null : Math.max(...lags),
    }),
  ];
}

/** Which cells cannot carry a p99. */
export function percentiles(group: RunGroup): Finding[] {
  const cells = validCells(group).flatMap(({ cell, valid }) => {
    const requests = Math.min(...valid.map(({ e2elMs }) => e2elMs.count));
    return isSufficient('p99', requests) ? [] : [{ cell, requests }];
  });
  return cells.length === 0
    ? []
    : [found('percentiles', 'limit', { wanted: sufficientSample('p99'), cells })];
}

/** What one shape of request cannot say. */
export function traffic(group: RunGroup): Finding[] {
  const runs = validCells(group).flatMap(({ valid }) => valid);
  const ok = sumOver(runs, ({ outcomes }) => outcomes.ok ?? 0);
  if (ok === 0) return [];
  const per = (tokens: number): number | null => (tokens === 0 ? null : tokens / ok);
  const limits: Finding[] = [];
  if (runs.every(({ ttftMs }) => ttftMs.count === 0))
    limits.push(found('notStreamed', 'limit', { requests: ok }));
  if (runs.every(({ settings }) => settings.exchanges === 1)) {
    limits.push(
      found('oneRequest', 'limit', {
        promptTokens: per(sumOver(runs, (run) => run.promptTokens)),
        outputTokens: per(sumOver(runs, (run) => run.completionTokens)),
      }),
    );
  }
  return limits;
}

/** Where wrk's own lines, which the report prints as well, say something else than they seem to. */
export function wrkLines(group: RunGroup, wrk: ReadonlyMap<number, WrkFigures>): Finding[] {
  const runs = validCells(group).flatMap(({ valid }) => valid);
  const lines = runs.flatMap((run) => {
    const mean = wrk.get(run.id)?.reqSec.mean;
    if (mean === undefined || run.requestsPerSec === 0) return [];
    const claimed = mean * run.cell.threads;
    const off = Math.abs(claimed / run.requestsPerSec - 1);
    return off <= OFF.reqSec
      ? []
      : [{ run: run.id, cell: run.cell, mean, claimed, requestsPerSec: run.requestsPerSec, off }];
  });
  const windows = runs.flatMap(({ id, cell, drained, requestsPerSec, servedRequestsPerSec }) => {
    const off = servedRequestsPerSec === 0 ? 0 : Math.abs(requestsPerSec / servedRequestsPerSec - 1);
    return off <= OFF.window
      ? []
      : [{ run: id, cell, drained, requestsPerSec, served: servedRequestsPerSec, off }];
  });
  const worst = <T extends { readonly off: number }>(all: readonly T[]): T | undefined =>
    [...all].sort((a, b) => b.off - a.off)[0];
  const [line, window] = [worst(lines), worst(windows)];
  return [
    ...(line === undefined ? [] : [found('reqSecLine', 'limit', line)]),
    ...(window === undefined ? [] : [found('cutByWindow', 'limit', window)]),
  ];
}
