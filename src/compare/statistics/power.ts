import { studentQuantile } from './distributions.ts';

/** How often a true effect of that size is to be found. */
const POWER = 0.8;

/** More pairs than these are not planned. */
const MOST_PAIRS = 1000;

/** Pairs a session needs at least: an interval over two is 13 standard errors wide. */
export const FEWEST_PAIRS = 3;

/**
 * Pairs that find a true effect four times in five: the smallest K with ((t(1 - α/2) + t(0.8)) · sd ÷ ln(1 + effect))²
 * at most K, quantiles with K - 1 degrees of freedom (Cohen 1988).
 * @param sd of the pairs' log-ratios
 * @param effect as a share, e.g. 0.05
 * @returns null when it takes more than 1000
 */
export function pairsNeeded(sd: number, effect: number, alpha: number): number | null {
  return fewestPairs((pairs) => ((factor(pairs, alpha) * sd) / Math.log1p(effect)) ** 2 <= pairs);
}

/** A difference that is still open, and by what it is judged. */
export interface OpenDifference {
  /** Of the logarithms. */
  readonly estimate: number;
  /** Of the pairs' log-ratios. */
  readonly sd: number;
  /** As a share. */
  readonly margin: number;
  /** Level of one comparison when it differs alone, and that of the family. */
  readonly alphaEach: number;
  readonly alpha: number;
}

/**
 * Pairs after which the difference is settled if estimate and noise stay as they are: with confidence not zero, or within
 * the margin.
 * @returns null when it takes more than 1000
 */
export function pairsToSettle({ estimate, sd, margin, alphaEach, alpha }: OpenDifference): number | null {
  return fewestPairs((pairs) => {
    const half = (level: number): number => (studentQuantile(1 - level, pairs - 1) * sd) / Math.sqrt(pairs);
    const distance = Math.abs(estimate);
    return distance > half(alphaEach / 2) || distance + half(alpha) < Math.log1p(margin);
  });
}

/** By bisection: quantiles of t fall with every pair, so more pairs can always do what fewer can. */
function fewestPairs(enough: (pairs: number) => boolean): number | null {
  if (!enough(MOST_PAIRS)) return null;
  let [low, high] = [FEWEST_PAIRS - 1, MOST_PAIRS];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (enough(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** The smallest true effect, as a share, that this number of pairs finds four times in five. */
export function detectableEffect(sd: number, pairs: number, alpha: number): number {
  return Math.expm1((factor(pairs, alpha) * sd) / Math.sqrt(pairs));
}

function factor(pairs: number, alpha: number): number {
  return studentQuantile(1 - alpha / 2, pairs - 1) + studentQuantile(POWER, pairs - 1);
}
