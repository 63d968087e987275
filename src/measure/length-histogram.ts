/** How many values lie in one bucket. */
export interface HistogramBucket {
  /** Lowest and highest whole number in it. */
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

const STEPS = [1, 2, 5] as const;

/**
 * Whole numbers in buckets that grow as 1, 2, 5, 10 …, as vLLM's own length histograms have them; from the first that
 * holds a value to the last. Empty of an empty sample.
 * @param sorted in rising order
 */
export function lengthHistogram(sorted: Float64Array): readonly HistogramBucket[] {
  const buckets: { from: number; to: number; count: number }[] = [];
  const edges = edgesUpTo(sorted.at(-1) ?? -1);
  let i = 0;
  edges.forEach((edge, b) => {
    const bucket = { from: b === 0 ? 0 : (edges[b - 1] ?? 0) + 1, to: edge, count: 0 };
    while (i < sorted.length && (sorted[i] ?? 0) <= edge) {
      bucket.count += 1;
      i += 1;
    }
    if (bucket.count > 0 || buckets.length > 0) buckets.push(bucket);
  });
  return buckets;
}

/** 0, 1, 2, 5, 10 … until the last reaches `highest`. */
function edgesUpTo(highest: number): readonly number[] {
  if (highest < 0) return [];
  const edges = [0];
  for (let decade = 1; (edges.at(-1) ?? 0) < highest; decade *= 10) {
    for (const step of STEPS) if ((edges.at(-1) ?? 0) < highest) edges.push(step * decade);
  }
  return edges;
}
