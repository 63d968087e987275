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
