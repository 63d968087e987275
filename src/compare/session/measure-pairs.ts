import { geometricMean, type MeasuredMetric } from '../metric-comparison.ts';
import type { MetricKey } from '../metrics.ts';
import { pairedDifference } from '../statistics/difference.ts';
import { FEWEST_PAIRS } from '../statistics/power.ts';
import type { Pair } from './arm-run.ts';
import { PAIRED_METRICS, type PairFigure } from './paired-metrics.ts';

/** One metric of the valid pairs of a cell, not yet judged. */
export interface MeasuredPairs extends MeasuredMetric {
  /** Element k is pair k's. */
  readonly figures: readonly PairFigure[];
}

/**
 * Puts numbers on the pairs of one cell: every metric that all of them have.
 * @param primary the declared metric's key: it always gates
 * @param equalLengths false when the arms wrote different numbers of tokens
 */
export function measurePairs(
  pairs: readonly Pair[],
  primary: MetricKey,
  equalLengths: boolean,
): readonly MeasuredPairs[] {
  if (pairs.length === 0) return [];
  const alsoGating = [primary, ...(mostlyStreamed(pairs) ? [] : ['e2el'])];
  return PAIRED_METRICS.flatMap((metric) => {
    const found = metric.ofPairs(pairs);
    const figures = found.filter((figure) => figure !== null);
    if (figures.length < found.length) return [];
    const perPair = figures.map(({ logRatio }) => logRatio);
    return [
      {
        metric: { ...metric, gating: metric.gating || alsoGating.includes(metric.key) },
        figures,
        before: geometricMean(figures.map(({ baseline }) => baseline)),
        after: geometricMean(figures.map(({ candidate }) => candidate)),
        difference: perPair.length < FEWEST_PAIRS ? null : pairedDifference(perPair),
        comparable: equalLengths || !metric.needsEqualLengths,
      },
    ];
  });
}

/** Answers in one piece have neither TTFT nor TPOT, so E2EL must stand in for them. */
function mostlyStreamed(pairs: readonly Pair[]): boolean {
  const known = (column: 'tpotMs' | 'e2elMs'): number =>
    pairs.reduce((sum, { baseline }) => sum + baseline.requests[column].filter((ms) => ms > 0).length, 0);
  return known('tpotMs') * 2 >= known('e2elMs');
}
