import { meanOf, moments } from './averages.ts';
import { studentCdf, studentQuantile } from './distributions.ts';

/** An estimated difference of two means with its uncertainty. */
export interface Difference {
  readonly estimate: number;
  readonly standardError: number;
  /** Degrees of freedom of the standard error, not necessarily whole. */
  readonly df: number;
}

/** The mean of independent differences; degrees of freedom after Welch (1947) and Satterthwaite (1946). */
export function meanDifference(differences: readonly Difference[]): Difference {
  const n = differences.length;
  const variances = differences.map(({ standardError }) => (standardError / n) ** 2);
  const variance = variances.reduce((sum, v) => sum + v, 0);
  const denominator = differences.reduce((sum, { df }, i) => sum + (variances[i] ?? 0) ** 2 / df, 0);
  return {
    estimate: differences.reduce((sum, { estimate }) => sum + estimate, 0) / n,
    standardError: Math.sqrt(variance),
    df: denominator === 0 ? differences.reduce((sum, { df }) => sum + df, 0) : variance ** 2 / denominator,
  };
}

/** The interval that covers the true difference with probability `level`, e.g. 0.95. */
export function interval(
  { estimate, standardError, df }: Difference,
  level: number,
): readonly [number, number] {
  const half = studentQuantile((1 + level) / 2, df) * standardError;
  return [estimate - half, estimate + half];
}

/** Two-sided probability of a difference at least as large if there were none. */
export function pValue({ estimate, standardError, df }: Difference): number {
  if (standardError === 0) return estimate === 0 ? 1 : 0;
  return 2 * (1 - studentCdf(Math.abs(estimate) / standardError, df));
}

/**
 * The difference of means `after - before` of independent samples whose variances may differ (Welch 1947,
 * Satterthwaite 1946).
 * @throws RangeError when a side has fewer than two values
 */
export function welchDifference(before: readonly number[], after: readonly number[]): Difference {
  const a = moments(before);
  const b = moments(after);
  const va = a.variance / a.n;
  const vb = b.variance / b.n;
  const variance = va + vb;
  return {
    estimate: b.mean - a.mean,
    standardError: Math.sqrt(variance),
    df: variance === 0 ? a.n + b.n - 2 : variance ** 2 / (va ** 2 / (a.n - 1) + vb ** 2 / (b.n - 1)),
  };
}

/** A run of one side or the other. */
export type Side = 'before' | 'after';

/** The lag-one correlation that runs which follow each other may have: one that Cohen (1988) calls large. */
const RUN_CORRELATION = 0.5;

/**
 * The same of runs that were made one after the other. A machine wanders, so that neighbouring runs resemble each other,
 * and three runs in a row agree better than they know the truth. The standard error is that of an autoregression of order
 * one with a correlation of 0.5, where it is larger: by a factor of 1.5 to 1.7 where all runs of a side follow each other,
 * and not at all where the sides alternate.
 * @param order the side of each run in the order of time
 * @throws RangeError when a side has fewer than two values
 */
export function differenceOfRuns(
  before: readonly number[],
  after: readonly number[],
  order: readonly Side[],
): Difference {
  const difference = welchDifference(before, after);
  return { ...difference, standardError: difference.standardError * correlationFactor(order) };
}

/** The root of: the variance of the difference of means, over the expected square of Welch's standard error. */
function correlationFactor(order: readonly Side[]): number {
  const n = { before: 0, after: 0 };
  for (const side of order) n[side] += 1;
  let [variance, expected] = [0, 1 / (n.before - 1) + 1 / (n.after - 1)];
  order.forEach((a, i) => {
    order.forEach((b, j) => {
      const share = RUN_CORRELATION ** Math.abs(i - j) / (n[a] * n[b]);
      variance += a === b ? share : -share;
      if (a === b) expected -= share / (n[a] - 1);
    });
  });
  return Math.max(1, Math.sqrt(variance / expected));
}

/**
 * The mean of the pairs' differences with its standard error (Student 1908). The pair is the replicate: what the
 * requests of one pair share (batches, clock, neighbours) is in the spread between pairs, not within them.
 * @throws RangeError below two pairs
 */
export function pairedDifference(perPair: readonly number[]): Difference {
  const { n, mean, variance } = moments(perPair);
  return { estimate: mean, standardError: Math.sqrt(variance / n), df: n - 1 };
}

/** More pairs than these are not enumerated: each doubles the work (20 are a million sums, some milliseconds). */
const MOST_PAIRS = 20;

/** Below six pairs even unanimous ones cannot reach p < 0.05: the smallest p is 2 / 2^n. */
const FEWEST_PAIRS = 6;

/**
 * The exact two-sided p of Fisher's randomisation test (1935): the share of all ways to swap the arms within pairs that
 * would make the mean at least as far from zero. It supposes nothing but that the arms are exchangeable within a pair.
 * @returns null below 6 pairs, where it cannot reach 0.05, and above 20, where it is not enumerated
 */
export function signFlipP(perPair: readonly number[]): number | null {
  const n = perPair.length;
  if (n < FEWEST_PAIRS || n > MOST_PAIRS) return null;
  let sum = perPair.reduce((total, d) => total + d, 0);
  // Sums of other order differ in their last bits: equal ones must count as equal.
  const observed = Math.abs(sum) - 1e-12 * perPair.reduce((total, d) => total + Math.abs(d), 0);
  const signs = new Int8Array(n).fill(1);
  let extreme = 0;
  // A Gray code changes one sign a step. The last pair's never changes: the other half mirrors this one.
  const flips = 2 ** (n - 1);
  for (let step = 1; step <= flips; step++) {
    if (Math.abs(sum) >= observed) extreme += 1;
    const i = 31 - Math.clz32(step & -step);
    const sign = signs[i] ?? 0;
    sum -= 2 * sign * (perPair[i] ?? 0);
    signs[i] = -sign;
  }
  return extreme / flips;
}

/** Whether the machine was the same when the first side was repeated at the end. */
export interface RepeatedBaseline {
  /** repeated ÷ first, of geometric means. */
  readonly ratio: number;
  /** The interval in which the ratio lies if nothing drifted. */
  readonly low: number;
  readonly high: number;
  readonly within: boolean;
}

/**
 * Whether runs of the baseline that were repeated at the end look like those of the beginning: their mean must lie in
 * the prediction interval of the first ones, mean ± t · s · √(1/n + 1/m) (Hahn and Meeker, Statistical Intervals, 1991).
 * @param first logarithms of a metric, of three runs or more
 * @param repeated at least one
 * @param level e.g. 0.99; with several metrics 1 - 0.01 ÷ their number
 * @throws RangeError below two first runs or without a repeated one
 */
export function checkRepeatedBaseline(
  first: readonly number[],
  repeated: readonly number[],
  level: number,
): RepeatedBaseline {
  if (repeated.length === 0) throw new RangeError('no repeated run');
  const { n, mean, variance } = moments(first);
  const half = studentQuantile((1 + level) / 2, n - 1) * Math.sqrt(variance * (1 / n + 1 / repeated.length));
  const moved = meanOf(repeated) - mean;
  return {
    ratio: Math.exp(moved),
    low: Math.exp(-half),
    high: Math.exp(half),
    within: Math.abs(moved) <= half,
  };
}

/**
 * The value that lies farthest from the others, by the prediction interval of these (Hahn and Meeker 1991). Its p is that of
 * the most extreme of n values (Bonferroni); null below four values.
 */
export function mostOutlying(
  values: readonly number[],
): { readonly index: number; readonly p: number } | null {
  if (values.length < 4) return null;
  const found = values.map((value, index) => {
    const { n, mean, variance } = moments(values.toSpliced(index, 1));
    const standardError = Math.sqrt(variance * (1 + 1 / n));
    return { index, p: pValue({ estimate: value - mean, standardError, df: n - 1 }) };
  });
  const extreme = found.reduce((a, b) => (b.p < a.p ? b : a));
  return { ...extreme, p: Math.min(1, extreme.p * values.length) };
}

/** An effect of the order in which values were taken, e.g. of a straight line through them. */
export interface Trend {
  /** What it changes from the first value, or position, to the last. */
  readonly change: number;
  /** Two-sided probability of a change at least as large if there were none. */
  readonly p: number;
}

/**
 * Fits a straight line by least squares to groups of values that share its slope but not its level.
 * @param groups for each its values with their place in time
 * @returns null when there are too few values to distinguish a trend from noise
 */
export function commonTrend(groups: readonly (readonly { at: number; value: number }[])[]): Trend | null {
  const points = groups.flatMap((group) => {
    const at = meanOf(group.map((p) => p.at));
    const value = meanOf(group.map((p) => p.value));
    return group.map((p) => ({ x: p.at - at, y: p.value - value }));
  });
  const df = points.length - groups.length - 1;
  const sxx = sum(points.map(({ x }) => x * x));
  if (df < 1 || sxx === 0) return null;
  const slope = sum(points.map(({ x, y }) => x * y)) / sxx;
  const residual = sum(points.map(({ x, y }) => (y - slope * x) ** 2)) / df;
  const line: Difference = { estimate: slope, standardError: Math.sqrt(residual / sxx), df };
  const places = groups.flat().map(({ at }) => at);
  return { change: slope * (Math.max(...places) - Math.min(...places)), p: pValue(line) };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, x) => total + x, 0);
}
