import { median } from '../statistics/averages.ts';
import type { Arm, ColumnKey, Pair } from './arm-run.ts';

/** The slowest requests of a run whose mean is its tail: one in twenty. */
const TAIL = 0.05;

/** The tail of one pair's runs: how many times its usual time a request of the slowest twentieth took, on average. */
interface TailPair {
  readonly baseline: number;
  readonly candidate: number;
}

export interface SlowestRequests {
  /** Element k is pair k's; null where no request can be compared with another pair. */
  readonly pairs: readonly (TailPair | null)[];
  /** The usual time of the median request, milliseconds. */
  readonly typicalMs: number;
}

/**
 * How slow the slowest requests are. The time of each is compared with what is usual at its position of the plan, so that
 * a long prompt is not mistaken for a slow server; then the slowest twentieth of each run is averaged. A percentile is one
 * order statistic, which jumps when a few requests stall; a mean over all drowns them in the others' noise.
 */
export function slowestRequests(pairs: readonly Pair[], column: ColumnKey): SlowestRequests {
  const usual = pairs.map((_, k) =>
    usualTimes(
      pairs.filter((_, other) => other !== k),
      column,
    ),
  );
  return {
    pairs: pairs.map((pair, k) => tailPair(pair, column, usual[k] ?? new Float64Array())),
    typicalMs: median(usual.map((times) => median(times.filter((ms) => ms > 0)))),
  };
}

/**
 * The usual time at each position, NaN where it is not known: the median over the runs of the arm that is faster there,
 * so that requests that always stall in one arm are seen. It is taken from the other pairs: a run that is compared with
 * itself seems calmer than it is.
 */
function usualTimes(others: readonly Pair[], column: ColumnKey): Float64Array {
  const [a, b] = [medians(others, 'baseline', column), medians(others, 'candidate', column)];
  return a.map((ms, i) => Math.min(ms, b[i] ?? Number.NaN));
}

function medians(pairs: readonly Pair[], arm: Arm, column: ColumnKey): Float64Array {
  const columns = pairs.map((pair) => pair[arm].requests[column]);
  const values = new Float64Array(columns.length);
  return new Float64Array(Math.max(0, ...columns.map(({ length }) => length))).map((_, i) => {
    let found = 0;
    for (const times of columns) {
      const ms = times[i] ?? Number.NaN;
      if (ms > 0) values[found++] = ms;
    }
    return median(values.subarray(0, found));
  });
}

function tailPair({ baseline, candidate }: Pair, column: ColumnKey, usual: Float64Array): TailPair | null {
  const [a, b] = [baseline.requests[column], candidate.requests[column]];
  const ratios = [new Float64Array(usual.length), new Float64Array(usual.length)] as const;
  let found = 0;
  for (let i = 0; i < usual.length; i++) {
    const ms = usual[i] ?? Number.NaN;
    const [x, y] = [(a[i] ?? Number.NaN) / ms, (b[i] ?? Number.NaN) / ms];
    // Not a number compares false: it failed in one of the arms.
    if (!(x > 0 && y > 0)) continue;
    ratios[0][found] = x;
    ratios[1][found++] = y;
  }
  if (found === 0) return null;
  return {
    baseline: tailMean(ratios[0].subarray(0, found)),
    candidate: tailMean(ratios[1].subarray(0, found)),
  };
}

/** The mean of the largest twentieth. */
function tailMean(values: Float64Array): number {
  const sorted = values.sort();
  const slowest = sorted.subarray(sorted.length - Math.ceil(TAIL * sorted.length));
  return slowest.reduce((sum, x) => sum + x, 0) / slowest.length;
}
