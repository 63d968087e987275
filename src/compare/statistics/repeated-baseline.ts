import { meanOf, moments } from './averages.ts';
import { studentQuantile } from './distributions.ts';

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
