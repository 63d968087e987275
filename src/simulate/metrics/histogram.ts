/** A histogram of Prometheus: how many values were at most each edge and above the one before. */
export interface Histogram {
  readonly edges: readonly number[];
  /** One more than edges: the last one is for values above them all. */
  readonly counts: number[];
  sum: number;
  count: number;
}

export function createHistogram(edges: readonly number[]): Histogram {
  return { edges, counts: new Array<number>(edges.length + 1).fill(0), sum: 0, count: 0 };
}

export function observe(histogram: Histogram, value: number): void {
  const { edges, counts } = histogram;
  let i = 0;
  while (i < edges.length && value > (edges[i] ?? 0)) i += 1;
  counts[i] = (counts[i] ?? 0) + 1;
  histogram.sum += value;
  histogram.count += 1;
}

/** Counts up to each edge, and of all: what the text format has in its buckets. */
export function cumulativeCounts({ counts }: Histogram): number[] {
  let sum = 0;
  return counts.map((count) => {
    sum += count;
    return sum;
  });
}
