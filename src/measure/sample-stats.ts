/** The figures of one sample, in the sample's unit; all but the count are null when it is empty. */
export interface SampleStats {
  readonly mean: number | null;
  /** Sample standard deviation (n - 1); null below two values. */
  readonly stdev: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p99: number | null;
  readonly max: number | null;
  readonly count: number;
}

/**
 * Describes a sample that is sorted in rising order. Percentiles are order statistics by nearest rank, so each is a
 * value that was really measured.
 */
export function sampleStats(sorted: Float64Array): SampleStats {
  const count = sorted.length;
  if (count === 0) {
    return { mean: null, stdev: null, p50: null, p90: null, p99: null, max: null, count };
  }
  let sum = 0;
  for (const value of sorted) sum += value;
  const mean = sum / count;
  let squares = 0;
  for (const value of sorted) squares += (value - mean) ** 2;
  return {
    mean,
    stdev: count < 2 ? null : Math.sqrt(squares / (count - 1)),
    p50: percentile(sorted, 50),
    p90: percentile(sorted, 90),
    p99: percentile(sorted, 99),
    max: sorted[count - 1] ?? null,
    count,
  };
}

/**
 * The p-th percentile by nearest rank: the ceil(p/100 × n)-th value (Hyndman and Fan's definition 1, 1996); null of
 * an empty sample.
 */
export function percentile(sorted: Float64Array, p: number): number | null {
  // 0.99 × 100 is 99.00000000000001 in binary, whose ceiling would be one rank too high.
  const rank = Math.ceil(Number(((p / 100) * sorted.length).toFixed(6)));
  return sorted[Math.max(1, rank) - 1] ?? null;
}

/** How many requests a percentile wants before it says something (MLPerf's rule: 99 % confidence, one value over). */
const SAMPLE_WANTED: Readonly<Record<'p50' | 'p90' | 'p99', number>> = { p50: 11, p90: 64, p99: 662 };

/** False when a percentile stands on fewer requests than it wants; reports then put it in parentheses. */
export function carriesPercentile(name: keyof typeof SAMPLE_WANTED, count: number): boolean {
  return count >= SAMPLE_WANTED[name];
}
