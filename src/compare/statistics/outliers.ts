import { median } from './averages.ts';

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
