import type { Cell } from '../model/run.ts';
import type { ComparedKey } from './compared-metrics.ts';
import type { ComparisonNote } from './comparison-note.ts';
import { combineVerdicts, type MeasuredMetric, type Verdict } from './judge.ts';
import { geometricMean } from './statistics/averages.ts';
import { interval, meanDifference } from './statistics/difference.ts';

/** One metric on both sides. */
export interface MetricComparison {
  readonly key: ComparedKey;
  readonly unit: 'ms' | 'per s';
  readonly better: 'lower' | 'higher';
  readonly gating: boolean;
  /** Geometric means over the valid runs. */
  readonly before: number;
  readonly after: number;
  /** after ÷ before. */
  readonly ratio: number;
  /** 95 % interval of the ratio; null when a side has fewer than three valid runs. */
  readonly low: number | null;
  readonly high: number | null;
  readonly verdict: Verdict;
}

export interface SideOfCell {
  readonly runs: readonly number[];
  readonly valid: number;
}

/** One cell that both sides ran. */
export interface CellComparison {
  readonly cell: Cell;
  readonly before: SideOfCell;
  readonly after: SideOfCell;
  readonly verdict: Verdict;
  readonly metrics: MetricComparisons;
  /** What a reader must know of this cell. */
  readonly notes: readonly ComparisonNote[];
}

/** The metrics of a cell, or over all cells, by their keys. */
export type MetricComparisons = Readonly<Partial<Record<ComparedKey, MetricComparison>>>;

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
export function overCells(judged: readonly JudgedMetric[], level: number): MetricComparisons {
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
