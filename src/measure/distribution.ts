import { firstPlace, isSufficient, type Percentile } from './sample.ts';

/** How often each value occurred; values in rising order, each within 0.05 % of the measured ones. */
export interface Distribution {
  readonly values: readonly number[];
  readonly counts: readonly number[];
  readonly count: number;
}

/** One point of an empirical distribution: this share of the sample is at most `value`. */
export interface EcdfPoint {
  readonly value: number;
  /** Above 0 to 1. */
  readonly share: number;
}

/** Neighbouring buckets differ by 0.1 %. */
const STEP = Math.log(1.001);

/** Milliseconds: from a microsecond to three hours; what lies beyond is counted at the edge. */
const LEAST = 1e-3;
const BUCKETS = Math.ceil(Math.log(1e7 / LEAST) / STEP);

function bucketOf(value: number): number {
  return value <= LEAST ? 0 : Math.min(BUCKETS - 1, Math.floor(Math.log(value / LEAST) / STEP));
}

function middleOf(bucket: number): number {
  return LEAST * Math.exp((bucket + 0.5) * STEP);
}

/**
 * The distribution of a sample that is in rising order: the end of each bucket is searched, so that few values are looked at.
 * @param at the value at a place from 0 up to `count`
 */
export function distributionOf(count: number, at: (place: number) => number): Distribution {
  const values: number[] = [];
  const counts: number[] = [];
  for (let from = 0; from < count; ) {
    const bucket = bucketOf(at(from));
    const end = firstPlace(from + 1, count, (place) => bucketOf(at(place)) > bucket);
    values.push(middleOf(bucket));
    counts.push(end - from);
    from = end;
  }
  return { values, counts, count };
}

/** Counts values on a logarithmic grid: 100 KB whatever their number, for pictures. Printed percentiles are exact. */
export function createDistribution() {
  const buckets = new Uint32Array(BUCKETS);
  let first = BUCKETS;
  let last = -1;
  return {
    add(value: number): void {
      const bucket = bucketOf(value);
      buckets[bucket] = (buckets[bucket] ?? 0) + 1;
      if (bucket < first) first = bucket;
      if (bucket > last) last = bucket;
    },
    figures(): Distribution {
      const values: number[] = [];
      const counts: number[] = [];
      let count = 0;
      // A loop, not a callback: live displays ask for it on the thread that sends.
      for (let bucket = first; bucket <= last; bucket++) {
        const n = buckets[bucket] ?? 0;
        if (n === 0) continue;
        values.push(middleOf(bucket));
        counts.push(n);
        count += n;
      }
      return { values, counts, count };
    },
  };
}

/** The distributions of several runs as one. */
export function mergeDistributions(distributions: readonly Distribution[]): Distribution {
  const merged = new Map<number, number>();
  for (const { values, counts } of distributions) {
    values.forEach((value, i) => {
      merged.set(value, (merged.get(value) ?? 0) + (counts[i] ?? 0));
    });
  }
  const entries = [...merged].sort(([a], [b]) => a - b);
  return {
    values: entries.map(([value]) => value),
    counts: entries.map(([, n]) => n),
    count: entries.reduce((sum, [, n]) => sum + n, 0),
  };
}

/**
 * The empirical distribution function, reduced to about `wanted` points: a new one wherever the share has grown by
 * 1/wanted, or the rest above it has shrunk by a twelfth, so that the tail keeps its shape on a scale of 1 − share.
 */
export function ecdf({ values, counts, count }: Distribution, wanted = 120): readonly EcdfPoint[] {
  const points: EcdfPoint[] = [];
  let seen = 0;
  let last = 0;
  values.forEach((value, i) => {
    seen += counts[i] ?? 0;
    const share = seen / count;
    const grown = share - last >= 1 / wanted || (1 - share) / (1 - last) <= 11 / 12;
    if (!grown && i > 0 && i < values.length - 1) return;
    points.push({ value, share });
    last = share;
  });
  return points;
}

/** The value that a share `p` (0 to 1) of the sample does not exceed, by nearest rank; null of an empty sample. */
export function quantile({ values, counts, count }: Distribution, p: number): number | null {
  const rank = Math.max(1, Math.ceil(Number((p * count).toFixed(6))));
  let seen = 0;
  for (let i = 0; i < values.length; i++) {
    seen += counts[i] ?? 0;
    if (seen >= rank) return values[i] ?? null;
  }
  return null;
}

/** A named percentile; null when the sample is too small for it. */
export function sufficientPercentile(sample: Distribution, name: Percentile): number | null {
  return isSufficient(name, sample.count) ? quantile(sample, Number(name.slice(1)) / 100) : null;
}

/** The sample in `bins` of equal width on a logarithmic scale, from its least value to its largest; empty of none. */
export function logBins({ values, counts }: Distribution, bins: number): readonly number[] {
  const [least, largest] = [values[0], values.at(-1)];
  if (least === undefined || largest === undefined) return [];
  const amounts = new Array<number>(bins).fill(0);
  const width = Math.log(largest / least) / bins;
  values.forEach((value, i) => {
    const bin = width > 0 ? Math.min(bins - 1, Math.floor(Math.log(value / least) / width)) : 0;
    amounts[bin] = (amounts[bin] ?? 0) + (counts[i] ?? 0);
  });
  return amounts;
}
