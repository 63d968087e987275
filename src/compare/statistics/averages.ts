/**
 * The middle value, or the mean of the two in the middle: unlike an order statistic it changes only its sign when all
 * values do, so that swapping the arms of a pair cannot favour one. NaN of nothing.
 */
export function median(values: ArrayLike<number>): number {
  const sorted = new Float64Array(values).sort();
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/** Size, mean and sample variance (n - 1) of some values. */
export interface Moments {
  readonly n: number;
  readonly mean: number;
  readonly variance: number;
}

/** @throws RangeError below two values, which have no variance */
export function moments(values: readonly number[]): Moments {
  const n = values.length;
  if (n < 2) throw new RangeError(`${n} values give no variance`);
  const mean = meanOf(values);
  return { n, mean, variance: values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (n - 1) };
}

/** The arithmetic mean; NaN of nothing. */
export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, x) => sum + x, 0) / values.length;
}

/** The geometric mean of positive values; NaN of nothing. */
export function geometricMean(values: readonly number[]): number {
  return Math.exp(meanOf(values.map(Math.log)));
}
