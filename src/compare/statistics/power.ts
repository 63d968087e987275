import { studentQuantile } from './student-t.ts';

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
  const wanted = (pairs: number): number => ((factor(pairs, alpha) * sd) / Math.log1p(effect)) ** 2;
  // Quantiles of t fall with every pair, so even the most pairs want no fewer than this.
  const fewest = Math.max(FEWEST_PAIRS, Math.floor(wanted(MOST_PAIRS)));
  for (let pairs = fewest; pairs <= MOST_PAIRS; pairs++) if (wanted(pairs) <= pairs) return pairs;
  return null;
}

/** The smallest true effect, as a share, that so many pairs find four times in five. */
export function detectableEffect(sd: number, pairs: number, alpha: number): number {
  return Math.expm1((factor(pairs, alpha) * sd) / Math.sqrt(pairs));
}

function factor(pairs: number, alpha: number): number {
  return studentQuantile(1 - alpha / 2, pairs - 1) + studentQuantile(POWER, pairs - 1);
}
