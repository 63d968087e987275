import { type ComparedKey, RUN_METRICS, valueOfRun } from '../compare/compared-metrics.ts';
import type { Timeline } from '../measure/run-series.ts';
import { type RunSummary, reportedSummary } from '../measure/run-summary.ts';
import type { RunFigures } from './shelf.ts';

/** The columns of lists of runs: rates, then latencies in the order of reports. */
export const LISTED = RUN_METRICS.filter(({ statistic }) => statistic !== 'mean').toSorted(
  (a, b) => Number(a.unit === 'ms') - Number(b.unit === 'ms'),
);

/** Steps of a sparkline. */
const STEPS = 24;

/** What lists show of a run. */
export function runFigures(summary: RunSummary, { bins }: Pick<Timeline, 'bins'>): RunFigures {
  const reported = reportedSummary(summary);
  const values = LISTED.map((metric) => [metric.key, valueOfRun(reported, metric)] as const);
  return {
    requests: summary.requests,
    errors: summary.errors,
    values: Object.fromEntries(values) as Record<ComparedKey, number | null>,
    spark: steps(bins.map(({ requestsPerSec }) => requestsPerSec)),
  };
}

/** Means over equal parts of a series. */
function steps(values: readonly number[]): readonly number[] {
  const size = Math.max(1, values.length / STEPS);
  return Array.from({ length: Math.min(STEPS, values.length) }, (_, i) => {
    const part = values.slice(
      Math.floor(i * size),
      Math.max(Math.floor(i * size) + 1, Math.floor((i + 1) * size)),
    );
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
}
