import { isSufficient, percentile } from '../../measure/sample.ts';
import type { PAIR_METRICS } from '../compared-metrics.ts';
import { median } from '../statistics/averages.ts';
import type { Arm, ColumnKey, Pair } from './arm-run.ts';
import { slowestRequests } from './slowest-requests.ts';

/** One metric's figures of both runs of a pair, and the logarithm of the ratio candidate ÷ baseline. */
export interface PairFigure {
  readonly baseline: number;
  readonly candidate: number;
  readonly logRatio: number;
}

/** A metric that pairs are compared by. */
export type PairMetric = (typeof PAIR_METRICS)[number];

/**
 * Element k is pair k's figure; null where a run does not have the metric, e.g. TTFT where nothing was streamed, and
 * where all pairs together have too few requests for a p99.
 */
export function pairFigures(
  { key, metric, statistic }: PairMetric,
  pairs: readonly Pair[],
): readonly (PairFigure | null)[] {
  const column = pairs.every(({ baseline }) => metric in baseline.requests) ? (metric as ColumnKey) : null;
  const ofRuns = () =>
    pairs.map(({ baseline, candidate }) => ratio(baseline.values[key], candidate.values[key]));
  if (column === null) return ofRuns();
  switch (statistic) {
    case 'value':
      return ofRuns();
    case 'typical':
      return pairs.map((pair) => typicalRequest(pair, column));
    case 'slowest':
      return slowest(pairs, column);
    case 'p99':
      return tails(pairs, column);
    default:
      return statistic satisfies never;
  }
}

/** The median over requests of the ratio of its two times. */
function typicalRequest(pair: Pair, column: ColumnKey): PairFigure | null {
  const [a, b] = commonTimes(pair, column);
  if (a.length === 0) return null;
  const logRatio = median(a.map((ms, i) => Math.log((b[i] ?? ms) / ms)));
  return { baseline: median(a), candidate: median(b), logRatio };
}

function tails(pairs: readonly Pair[], column: ColumnKey): readonly (PairFigure | null)[] {
  const times = pairs.map((pair) => commonTimes(pair, column));
  const requests = times.reduce((sum, [a]) => sum + a.length, 0);
  return isSufficient('p99', requests)
    ? times.map(([a, b]) => ratio(percentile(a.sort(), 99), percentile(b.sort(), 99)))
    : pairs.map(() => null);
}

/** As what the median request would take. */
function slowest(pairs: readonly Pair[], column: ColumnKey): readonly (PairFigure | null)[] {
  const { pairs: tails, typicalMs } = slowestRequests(pairs, column);
  return tails.map((of) => of && ratio(of.baseline * typicalMs, of.candidate * typicalMs));
}

function ratio(baseline: number | null | undefined, candidate: number | null | undefined): PairFigure | null {
  if (!(baseline != null && baseline > 0 && candidate != null && candidate > 0)) return null;
  return { baseline, candidate, logRatio: Math.log(candidate / baseline) };
}

/** The times of the requests that ended well in both runs, in the order of the plan. */
function commonTimes(pair: Pair, column: ColumnKey): readonly [Float64Array, Float64Array] {
  const times = (arm: Arm): Float64Array => pair[arm].requests[column];
  const [a, b] = [times('baseline'), times('candidate')];
  const positions = Math.min(a.length, b.length);
  const both = [new Float64Array(positions), new Float64Array(positions)] as const;
  let found = 0;
  for (let i = 0; i < positions; i++) {
    const [x, y] = [a[i] ?? 0, b[i] ?? 0];
    // Not a number compares false: it did not end well.
    if (!(x > 0 && y > 0)) continue;
    both[0][found] = x;
    both[1][found++] = y;
  }
  return [both[0].subarray(0, found), both[1].subarray(0, found)];
}
