import { moments } from './averages.ts';
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

/**
 * The mean of the pairs' differences with its standard error (Student 1908). The pair is the replicate: what the
 * requests of one pair share (batches, clock, neighbours) is in the spread between pairs, not within them.
 * @throws RangeError below two pairs
 */
export function pairedDifference(perPair: readonly number[]): Difference {
  const { n, mean, variance } = moments(perPair);
  return { estimate: mean, standardError: Math.sqrt(variance / n), df: n - 1 };
}
