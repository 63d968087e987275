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

/** How far from the median a pair must lie to be called outlying, in robust standard deviations. */
const OUTLYING = 5;

/** Among fewer pairs, some that happen to agree would make any other one outlying. */
const FEWEST_PAIRS = 6;

/** Makes the median absolute deviation of a normal sample its standard deviation. */
const MAD_TO_SD = 1.4826;

/**
 * The pairs that lie more than 5 × 1.4826 × MAD from the median: a neighbour's job, a stalled disk. They are named,
 * never taken out. Below six pairs none is called outlying, nor where more than half are equal and the MAD is zero.
 */
export function outliers(perPair: readonly number[]): readonly number[] {
  const middle = median(perPair);
  const limit = OUTLYING * MAD_TO_SD * median(perPair.map((d) => Math.abs(d - middle)));
  if (perPair.length < FEWEST_PAIRS || limit === 0) return [];
  return perPair.flatMap((d, i) => (Math.abs(d - middle) > limit ? [i] : []));
}

/**
 * The median of all means of two pairs, each pair with itself included (Hodges and Lehmann 1963): an estimate that one
 * outlier among six pairs changes little.
 */
export function hodgesLehmann(perPair: readonly number[]): number {
  return median(perPair.flatMap((a, i) => perPair.slice(i).map((b) => (a + b) / 2)));
}
