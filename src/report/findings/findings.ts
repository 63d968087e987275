import type { WrkFigures } from '../../measure/as/wrk-figures.ts';
import type { RunSeries } from '../../measure/run-series.ts';
import { groupRuns, type ReportedRun, type RunGroup } from '../runs-report.ts';
import { measureNext, settings, watch } from './advice.ts';
import { capacity } from './capacity.ts';
import type { Finding } from './finding.ts';
import { arrivals, objectives } from './objectives.ts';
import { bestCell, knee, scaling, threads } from './scaling.ts';
import { prefixCache, queueing } from './server-side.ts';
import { drift, interruptions, repeats, spread } from './stability.ts';
import { errors, generator, noValidRun, percentiles, traffic, wrkLines } from './validity.ts';

/** What rules may look at beside the summaries of the runs, by run. */
export interface FindingSources {
  readonly series: ReadonlyMap<number, RunSeries>;
  readonly wrk: ReadonlyMap<number, WrkFigures>;
}

/** What a finding is made from. */
export type MeasuredFigures = Pick<ReportedRun, 'summary' | 'series' | 'wrk'>;

/** The runs of one label against one target with what is found in them. */
export interface GroupFindings<R> {
  readonly group: RunGroup;
  readonly runs: readonly R[];
  readonly findings: readonly Finding[];
}

/** The findings of each label and target, in the order of their first runs. */
export function findingsByGroup<R extends MeasuredFigures>(all: readonly R[]): readonly GroupFindings<R>[] {
  return groupRuns(all.map(({ summary }) => summary)).map((group) => {
    const runs = all.filter(({ summary }) => group.runs.includes(summary));
    const series = new Map(runs.map(({ summary, series: one }) => [summary.id, one]));
    const wrk = new Map(runs.map(({ summary, wrk: one }) => [summary.id, one]));
    return { group, runs, findings: findingsOf(group, { series, wrk }) };
  });
}

/** Applies every rule to the runs of one label; each speaks only when its condition holds. */
export function findingsOf(group: RunGroup, { series, wrk }: FindingSources): readonly Finding[] {
  return [
    ...noValidRun(group),
    ...objectives(group),
    ...bestCell(group),
    ...scaling(group),
    ...knee(group),
    ...threads(group),
    ...capacity(group),
    ...arrivals(group),
    ...queueing(group),
    ...prefixCache(group),
    ...repeats(group),
    ...spread(group),
    ...drift(group, series),
    ...interruptions(group, series),
    ...errors(group),
    ...generator(group),
    ...percentiles(group),
    ...traffic(group),
    ...wrkLines(group, wrk),
    ...settings(group),
    ...watch(group),
    ...measureNext(group),
  ];
}
