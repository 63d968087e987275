import { studentCdf, studentQuantile } from './student-t.ts';

/** An estimated difference of two means with its uncertainty. */
export interface Difference {
  readonly estimate: number;
  readonly standardError: number;
  /** Welch and Satterthwaite's degrees of freedom. */
  readonly df: number;
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

/** The mean of independent differences. */
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

function moments(values: readonly number[]): { n: number; mean: number; variance: number } {
  const n = values.length;
  if (n < 2) throw new RangeError(`${n} values give no variance`);
  const mean = values.reduce((sum, x) => sum + x, 0) / n;
  return { n, mean, variance: values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (n - 1) };
}
