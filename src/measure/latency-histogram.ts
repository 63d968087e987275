import { build } from 'hdr-histogram-js';

/** Latencies in a fixed 0.1 % grid of constant memory: for live displays, where exact columns would grow. */
export interface LatencyHistogram {
  /** Milliseconds; anything beyond the range is counted at its edge. */
  record(ms: number): void;
  /** Milliseconds; null while it is empty. */
  percentile(p: number): number | null;
  readonly count: number;
}

/** Whole microseconds: the library cuts fractions off. An hour at most. */
const MAX_US = 3_600_000_000;

export function createLatencyHistogram(): LatencyHistogram {
  const histogram = build({
    // 8- and 16-bit counters wrap silently.
    bitBucketSize: 32,
    lowestDiscernibleValue: 1,
    highestTrackableValue: MAX_US,
    numberOfSignificantValueDigits: 3,
    autoResize: false,
  });
  return {
    record(ms) {
      // A value out of range would throw.
      histogram.recordValue(Math.min(MAX_US, Math.max(1, Math.round(ms * 1e3))));
    },
    percentile: (p) => (histogram.totalCount === 0 ? null : histogram.getValueAtPercentile(p) / 1e3),
    get count() {
      return histogram.totalCount;
    },
  };
}
