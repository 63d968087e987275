/** How late something came, counted. */
export interface Lateness {
  add(ms: number): void;
  summary(): LatenessSummary;
}

export interface LatenessSummary {
  readonly count: number;
  /** Upper bounds of the value at these shares of all, ms, within 0.02 ms; null when nothing was counted. */
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly maxMs: number | null;
}

const BIN_MS = 0.02;
/** What is later than this counts as this late, except in the maximum. */
const LIMIT_MS = 200;

/** A histogram of equal bins, so that counting costs nothing to speak of. */
export function createLateness(): Lateness {
  const bins = new Uint32Array(LIMIT_MS / BIN_MS + 1);
  let count = 0;
  let maxMs = 0;

  function quantile(share: number): number | null {
    if (count === 0) return null;
    let left = Math.ceil(share * count);
    const bin = bins.findIndex((inBin) => {
      left -= inBin;
      return left <= 0;
    });
    return Math.min(maxMs, (bin + 1) * BIN_MS);
  }

  return {
    add(ms) {
      const bin = Math.min(bins.length - 1, Math.max(0, Math.floor(ms / BIN_MS)));
      bins[bin] = (bins[bin] ?? 0) + 1;
      count += 1;
      maxMs = Math.max(maxMs, ms);
    },
    summary: () => ({
      count,
      p50Ms: quantile(0.5),
      p99Ms: quantile(0.99),
      maxMs: count === 0 ? null : maxMs,
    }),
  };
}
