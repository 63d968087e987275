/** A value with its weight, in order of the load. */
export interface Weighted {
  readonly value: number;
  readonly weight: number;
}

/**
 * The falling sequence that is closest to the values by weighted least squares: neighbours that rise are pooled (pool
 * adjacent violators; Ayer et al. 1955).
 */
export function fallingFit(values: readonly Weighted[]): readonly number[] {
  const pools: { sum: number; weight: number; size: number }[] = [];
  for (const { value, weight } of values) {
    pools.push({ sum: value * weight, weight, size: 1 });
    for (let last = pools.at(-1), before = pools.at(-2); last && before; before = pools.at(-2)) {
      if (before.sum / before.weight >= last.sum / last.weight) break;
      before.sum += last.sum;
      before.weight += last.weight;
      before.size += last.size;
      pools.pop();
      last = before;
    }
  }
  return pools.flatMap(({ sum, weight, size }) => new Array<number>(size).fill(sum / weight));
}
