import type { ComparedKey } from '../compared-metrics.ts';
import type { ServerDifference } from '../servers/server-differences.ts';
import { meanOf, moments } from '../statistics/averages.ts';
import { commonTrend, pValue, type Trend } from '../statistics/difference.ts';
import type { Arm, ArmRun, Pair } from './arm-run.ts';
import type { Invalidity } from './invalidity.ts';
import type { PairFigure } from './pair-figures.ts';

/** Share of an arm's requests that may fail. */
export const ERROR_LIMIT = 0.01;

const LIMITS = {
  /** Relative difference of the arms' output tokens; measured: E2EL and throughput move by the same share. */
  lengths: 0.005,
  /** Difference of the arms' hit rates; vLLM itself warns from 1 % that a benchmark was helped by its cache (vllm#53920). */
  cache: 0.01,
} as const;

export const ARM_NAMES: readonly Arm[] = ['baseline', 'candidate'];

/** An arm that fails requests is not fast: what it did not answer is in no latency. Looks at invalid runs too. */
export function errorChecks(pairs: readonly Pair[]): readonly Invalidity[] {
  return ARM_NAMES.flatMap((arm) => {
    const requests = sum(pairs, (pair) => pair[arm].summary.requests);
    const errors = sum(pairs, (pair) => pair[arm].summary.errors);
    if (errors <= requests * ERROR_LIMIT) return [];
    return [{ kind: 'errors', arm, failed: errors, requests, limit: ERROR_LIMIT }];
  });
}

/** Output tokens of the requests that ended well in both arms of a pair. */
export function lengthChecks(pairs: readonly Pair[]): readonly Invalidity[] {
  let [baseline, candidate] = [0, 0];
  for (const pair of pairs) {
    pair.baseline.answers.forEach((answer, i) => {
      const other = pair.candidate.answers[i];
      if (answer?.tokens == null || other?.tokens == null) return;
      baseline += answer.tokens;
      candidate += other.tokens;
    });
  }
  if (baseline === 0 || Math.abs(candidate / baseline - 1) <= LIMITS.lengths) return [];
  const pinned = pairs.some((pair) => pair.baseline.summary.pinnedTokens.asked > 0);
  return [{ kind: 'lengths', baseline, candidate, limit: LIMITS.lengths, pinned }];
}

/** A difference that comes with a switched prefix cache is the change itself and no mishap. */
export function cacheChecks(
  pairs: readonly Pair[],
  changes: readonly ServerDifference[],
): readonly Invalidity[] {
  const [baseline, candidate] = [hitRate(pairs, 'baseline'), hitRate(pairs, 'candidate')];
  if (baseline === null || candidate === null) return [];
  if (Math.abs(candidate - baseline) <= LIMITS.cache) return [];
  if (changes.some(({ name }) => name.endsWith('enable_prefix_caching'))) return [];
  return [{ kind: 'cache', baseline, candidate, limit: LIMITS.cache }];
}

function hitRate(pairs: readonly Pair[], arm: Arm): number | null {
  const rates = pairs.flatMap((pair) => pair[arm].server?.prefixCacheHitRate ?? []);
  return rates.length === 0 ? null : meanOf(rates);
}

function sum(pairs: readonly Pair[], of: (pair: Pair) => number): number {
  return pairs.reduce((total, pair) => total + of(pair), 0);
}

/** The runs of a pair in the order in which they ran. */
export function inOrder(pair: Pair): readonly (readonly [Arm, ArmRun])[] {
  const both = [
    ['baseline', pair.baseline],
    ['candidate', pair.candidate],
  ] as const;
  return pair.first === 'baseline' ? both : both.toReversed();
}

/**
 * The chance at one interim analysis that a session without a drift, or without a bias of the position, shows one. A
 * session has up to three analyses, so that it shows one with a chance of 1 %.
 */
const ORDER_CHANCE = 0.003;

/**
 * A trend counts when it is significant and large. The order of the arms takes a linear drift out of the
 * difference, whatever its size; beyond a tenth the servers were not in one state that a verdict could be about.
 */
const LEVEL_DRIFT = 0.1;

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
  const trend = levelTrend(pairs, figures);
  if (!isLarge(trend, LEVEL_DRIFT)) return [];
  return [{ kind: 'drift', of: 'both', metric, ratio: Math.exp(trend.change), limit: LEVEL_DRIFT }];
}

function differenceDrift(metric: ComparedKey, figures: readonly PairFigure[], margin: number): Invalidity[] {
  const trend = differenceTrend(figures);
  if (!isLarge(trend, margin)) return [];
  return [{ kind: 'drift', of: 'difference', metric, ratio: Math.exp(trend.change), limit: margin }];
}

/** Whether an effect of the order is sure, and beyond a limit (a share). */
function isLarge(effect: Trend | null, limit: number): effect is Trend {
  return effect !== null && effect.p < ORDER_CHANCE && Math.abs(effect.change) >= Math.log1p(limit);
}

/** The line through the logarithms of a metric over a session, run by run, both arms together. */
export function levelTrend(pairs: readonly Pair[], figures: readonly PairFigure[]): Trend | null {
  const places = (arm: Arm) =>
    figures.map((figure, k) => ({
      at: 2 * k + (pairs[k]?.first === arm ? 0 : 1),
      value: Math.log(figure[arm]),
    }));
  return commonTrend([places('baseline'), places('candidate')]);
}

/** The line through the log-ratios of the pairs. */
export function differenceTrend(figures: readonly PairFigure[]): Trend | null {
  return commonTrend([figures.map(({ logRatio }, k) => ({ at: k, value: logRatio }))]);
}

/**
 * Whether a metric depends on the position within a pair; a steady drift of the machine does the same, and below the margin
 * the order of the arms takes it out.
 * @param figures of the metric, element k of pair k
 * @param margin as a share
 */
export function slotChecks(
  metric: ComparedKey,
  pairs: readonly Pair[],
  figures: readonly PairFigure[],
  margin: number,
): readonly Invalidity[] {
  const effect = slotEffect(pairs, figures);
  return isLarge(effect, margin)
    ? [{ kind: 'slot', metric, ratio: Math.exp(effect.change), limit: margin }]
    : [];
}

/**
 * What the second position does: half the difference of pairs that began with the baseline and pairs that began with the
 * candidate, by Student's t with one variance. Null below two pairs of each.
 */
export function slotEffect(pairs: readonly Pair[], figures: readonly PairFigure[]): Trend | null {
  const startingWith = (arm: Arm) =>
    figures.flatMap(({ logRatio }, k) => (pairs[k]?.first === arm ? [logRatio] : []));
  const [one, other] = [startingWith('baseline'), startingWith('candidate')];
  if (one.length < 2 || other.length < 2) return null;
  const [a, b] = [moments(one), moments(other)];
  const df = a.n + b.n - 2;
  const pooled = ((a.n - 1) * a.variance + (b.n - 1) * b.variance) / df;
  const change = (a.mean - b.mean) / 2;
  const standardError = Math.sqrt(pooled * (1 / a.n + 1 / b.n)) / 2;
  return { change, p: pValue({ estimate: change, standardError, df }) };
}
