import type { Difference } from './difference.ts';
import { moments } from './moments.ts';

/**
 * The mean of the pairs' differences with its standard error (Student 1908). The pair is the replicate: what the
 * requests of one pair share (batches, clock, neighbours) is in the spread between pairs, not within them.
 * @throws RangeError below two pairs
 */
export function pairedDifference(perPair: readonly number[]): Difference {
  const { n, mean, variance } = moments(perPair);
  return { estimate: mean, standardError: Math.sqrt(variance / n), df: n - 1 };
}
