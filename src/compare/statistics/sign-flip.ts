/** More pairs than these are not enumerated: each doubles the work (20 are a million sums, some milliseconds). */
const MOST_PAIRS = 20;

/** Below six pairs even unanimous ones cannot reach p < 0.05: the smallest p is 2 / 2^n. */
const FEWEST_PAIRS = 6;

/**
 * The exact two-sided p of Fisher's randomisation test (1935): the share of all ways to swap the arms within pairs that
 * would make the mean at least as far from zero. It supposes nothing but that the arms are exchangeable within a pair.
 * @returns null below 6 pairs, where it cannot reach 0.05, and above 20, where it is not enumerated
 */
export function signFlipP(perPair: readonly number[]): number | null {
  const n = perPair.length;
  if (n < FEWEST_PAIRS || n > MOST_PAIRS) return null;
  let sum = perPair.reduce((total, d) => total + d, 0);
  // Sums of other order differ in their last bits: equal ones must count as equal.
  const observed = Math.abs(sum) - 1e-12 * perPair.reduce((total, d) => total + Math.abs(d), 0);
  const signs = new Int8Array(n).fill(1);
  let extreme = 0;
  // A Gray code changes one sign a step. The last pair's never changes: the other half mirrors this one.
  const flips = 2 ** (n - 1);
  for (let step = 1; step <= flips; step++) {
    if (Math.abs(sum) >= observed) extreme += 1;
    const i = 31 - Math.clz32(step & -step);
    const sign = signs[i] ?? 0;
    sum -= 2 * sign * (perPair[i] ?? 0);
    signs[i] = -sign;
  }
  return extreme / flips;
}
