import type { ComparedKey } from '../compared-metrics.ts';
import { PAIR_METRICS } from '../compared-metrics.ts';
import { geometricMean, type MeasuredMetric } from '../metric-comparison.ts';
import { pairedDifference } from '../statistics/difference.ts';
import { FEWEST_PAIRS } from '../statistics/power.ts';
import type { Pair, RequestColumns } from './arm-run.ts';
import { type PairFigure, pairFigures } from './pair-figures.ts';

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
  primary: ComparedKey,
  equalLengths: boolean,
): readonly MeasuredPairs[] {
  if (pairs.length === 0) return [];
  const streamed = mostlyStreamed(pairs);
  return PAIR_METRICS.flatMap((metric) => {
    const found = pairFigures(metric, pairs);
    const figures = found.filter((figure) => figure !== null);
    if (figures.length < found.length) return [];
    const perPair = figures.map(({ logRatio }) => logRatio);
    return [
      {
        metric: {
          ...metric,
          gating: metric.gating || metric.key === primary || (metric.role === 'fallback' && !streamed),
        },
        figures,
        before: geometricMean(figures.map(({ baseline }) => baseline)),
        after: geometricMean(figures.map(({ candidate }) => candidate)),
        difference: perPair.length < FEWEST_PAIRS ? null : pairedDifference(perPair),
        comparable: equalLengths || !metric.needsEqualLengths,
      },
    ];
  });
}

/** Answers in one piece have neither TTFT nor TPOT, so a fallback must stand in for them. */
function mostlyStreamed(pairs: readonly Pair[]): boolean {
  const known = (times: (requests: RequestColumns) => Float64Array): number =>
    pairs.reduce((sum, { baseline }) => sum + times(baseline.requests).filter((ms) => ms > 0).length, 0);
  return known(({ tpotMs }) => tpotMs) * 2 >= known(({ e2elMs }) => e2elMs);
}
