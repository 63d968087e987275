import type { ComparedKey } from '../compared-metrics.ts';
import { commonTrend } from '../statistics/trend.ts';
import type { Arm, Pair } from './arm-run.ts';
import type { Invalidity } from './invalidity.ts';
import type { PairFigure } from './pair-figures.ts';

/**
 * A trend counts when it is surely one (p below 0.01), and large. The order of the arms takes a linear drift out of the
 * difference, whatever its size; beyond a tenth the servers were not in one state that a verdict could be about.
 */
const LIMITS = { p: 0.01, level: 0.1 } as const;

/**
 * Whether the metric drifted over a session: both arms together, run by run, or the difference between them, pair by
 * pair.
 * @param figures of the metric, element k of pair k
 * @param margin as a share: a difference that moved by more would get another verdict at the end than at the start
 */
export function driftChecks(
  metric: ComparedKey,
  pairs: readonly Pair[],
  figures: readonly PairFigure[],
  margin: number,
): readonly Invalidity[] {
  return [...levelDrift(metric, pairs, figures), ...differenceDrift(metric, figures, margin)];
}

function levelDrift(
  metric: ComparedKey,
  pairs: readonly Pair[],
  figures: readonly PairFigure[],
): Invalidity[] {
  const places = (arm: Arm) =>
    figures.map((figure, k) => ({
      at: 2 * k + (pairs[k]?.first === arm ? 0 : 1),
      value: Math.log(figure[arm]),
    }));
  const trend = commonTrend([places('baseline'), places('candidate')]);
  if (trend === null || trend.p >= LIMITS.p || Math.abs(trend.change) < Math.log1p(LIMITS.level)) return [];
  return [{ kind: 'drift', of: 'both', metric, ratio: Math.exp(trend.change), limit: LIMITS.level }];
}

function differenceDrift(metric: ComparedKey, figures: readonly PairFigure[], margin: number): Invalidity[] {
  const trend = commonTrend([figures.map(({ logRatio }, k) => ({ at: k, value: logRatio }))]);
  if (trend === null || trend.p >= LIMITS.p || Math.abs(trend.change) < Math.log1p(margin)) return [];
  return [{ kind: 'drift', of: 'difference', metric, ratio: Math.exp(trend.change), limit: margin }];
}
