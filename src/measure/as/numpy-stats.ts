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
