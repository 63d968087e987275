import type { Comparison, MetricComparison, Verdict } from './comparison.ts';
import { combineVerdicts, type MeasuredMetric } from './judge.ts';
import { geometricMean } from './statistics/averages.ts';
import { interval, meanDifference } from './statistics/difference.ts';

export interface JudgedMetric<M extends MeasuredMetric = MeasuredMetric> {
  readonly measured: M;
  readonly verdict: Verdict;
}

/** @param level of the interval, e.g. 0.95 */
export function metricComparison({ measured, verdict }: JudgedMetric, level: number): MetricComparison {
  const { metric, before, after, difference } = measured;
  const range = difference === null ? null : interval(difference, level);
  return {
    key: metric.key,
    unit: metric.unit,
    better: metric.better,
    gating: metric.gating,
    before,
    after,
    ratio: difference === null ? after / before : Math.exp(difference.estimate),
    low: range === null ? null : Math.exp(range[0]),
    high: range === null ? null : Math.exp(range[1]),
    verdict,
  };
}

/** Each metric over all cells that have it; its verdict is that of the cells together. */
export function overCells(judged: readonly JudgedMetric[], level: number): Comparison['metrics'] {
  const byKey = Map.groupBy(judged, ({ measured }) => measured.metric.key);
  return Object.fromEntries(
    [...byKey].flatMap(([key, same]) => {
      const [first] = same;
      if (first === undefined) return [];
      const differences = same.flatMap(({ measured }) => measured.difference ?? []);
      const measured = {
        ...first.measured,
        before: geometricMean(same.map((one) => one.measured.before)),
        after: geometricMean(same.map((one) => one.measured.after)),
        difference: differences.length === same.length ? meanDifference(differences) : null,
      };
      const verdict = combineVerdicts(same.map((one) => one.verdict));
      return [[key, metricComparison({ measured, verdict }, level)]];
    }),
  );
}
