import type { Difference } from './difference.ts';
import { moments } from './moments.ts';

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
