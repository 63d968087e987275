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
