import { type ComparedKey, RUN_METRICS, valueOfRun } from '../compare/compared-metrics.ts';
import type { Timeline } from '../measure/run-series.ts';
import { type RunSummary, reportedSummary } from '../measure/run-summary.ts';
import { sparkSteps } from '../measure/time-bins.ts';
import type { RunFigures } from './shelf.ts';

/** The columns of lists of runs: rates, then latencies in the order of reports. */
export const LISTED = RUN_METRICS.filter(({ statistic }) => statistic !== 'mean').toSorted(
  (a, b) => Number(a.unit === 'ms') - Number(b.unit === 'ms'),
);

/** Of a run whose results cannot be read, or that has vanished. */
export const UNREADABLE: RunFigures = { requests: null, errors: null, values: {}, spark: [] };

/** What lists show of a run. */
export function runFigures(summary: RunSummary, { bins }: Pick<Timeline, 'bins'>): RunFigures {
  const reported = reportedSummary(summary);
  const values = LISTED.map((metric) => [metric.key, valueOfRun(reported, metric)] as const);
  return {
    requests: summary.requests,
    errors: summary.errors,
    values: Object.fromEntries(values) as Record<ComparedKey, number | null>,
    // The last bin is seldom whole: a few answers in a moment would tower over the rest.
    spark: sparkSteps(bins.slice(0, Math.max(1, bins.length - 1)).map((bin) => bin.requestsPerSec)),
  };
}
