/** A sample as numpy describes it; all null when it is empty. */
export interface NumpyStats {
  readonly mean: number | null;
  /** Population standard deviation (n), numpy's default. */
  readonly std: number | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p99: number | null;
  readonly count: number;
}

/** @param sorted in rising order */
export function numpyStats(sorted: Float64Array): NumpyStats {
  const count = sorted.length;
  if (count === 0) {
    return { mean: null, std: null, min: null, max: null, p50: null, p90: null, p99: null, count };
  }
  const mean = sorted.reduce((sum, x) => sum + x, 0) / count;
  return {
    mean,
    std: Math.sqrt(sorted.reduce((sum, x) => sum + (x - mean) ** 2, 0) / count),
    min: sorted[0] ?? null,
    max: sorted[count - 1] ?? null,
    p50: numpyPercentile(sorted, 50),
    p90: numpyPercentile(sorted, 90),
    p99: numpyPercentile(sorted, 99),
    count,
  };
}

/** `numpy.percentile`, method linear: between the two nearest values (Hyndman and Fan's definition 7). */
export function numpyPercentile(sorted: Float64Array, p: number): number | null {
  const at = (p / 100) * (sorted.length - 1);
  const low = sorted[Math.floor(at)];
  const high = sorted[Math.ceil(at)];
  return low === undefined || high === undefined ? null : low + (high - low) * (at - Math.floor(at));
}

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
 * guidellm's DistributionSummary: every value has a weight, equal values are added together; a percentile is
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
