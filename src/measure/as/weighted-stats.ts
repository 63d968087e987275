/** A weighted sample as guidellm describes it; all zero when it is empty. */
export interface WeightedStats {
  readonly mean: number;
  readonly median: number;
  readonly std: number;
  readonly min: number;
  readonly max: number;
  readonly p95: number;
  readonly p99: number;
}

/**
 * guidellm's DistributionSummary: every value weighs by what stands beside it, equal values together; a percentile is
 * the least value whose cumulative share reaches it.
 */
export function weightedStats(values: readonly (readonly [value: number, weight: number])[]): WeightedStats {
  const weights = new Map<number, number>();
  for (const [value, weight] of values) weights.set(value, (weights.get(value) ?? 0) + weight);
  const some = [...weights].filter(([, weight]) => weight > 0).sort(([a], [b]) => a - b);
  const total = some.reduce((sum, [, weight]) => sum + weight, 0);
  const [first] = some;
  const last = some.at(-1);
  if (first === undefined || last === undefined) {
    return { mean: 0, median: 0, std: 0, min: 0, max: 0, p95: 0, p99: 0 };
  }
  const shares = some.map(([value, weight]) => [value, weight / total] as const);
  const mean = shares.reduce((sum, [value, share]) => sum + value * share, 0);
  const variance = shares.reduce((sum, [value, share]) => sum + (value - mean) ** 2 * share, 0);
  const at = (wanted: number): number => {
    let reached = 0;
    for (const [value, share] of shares) {
      reached += share;
      if (reached >= wanted) return value;
    }
    return last[0];
  };
  return {
    mean,
    median: at(0.5),
    std: Math.sqrt(variance),
    min: first[0],
    max: last[0],
    p95: at(0.95),
    p99: at(0.99),
  };
}
