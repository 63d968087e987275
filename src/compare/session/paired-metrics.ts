import { isSufficient, percentile } from '../../measure/sample.ts';
import type { MetricKey, MetricKind } from '../metrics.ts';
import { median } from '../statistics/averages.ts';
import type { ArmRun, Pair, RequestColumns } from './arm-run.ts';
import { tailWaits } from './tail-waits.ts';

/** One metric's figures of both runs of a pair, and the logarithm of the ratio candidate ÷ baseline. */
export interface PairFigure {
  readonly baseline: number;
  readonly candidate: number;
  readonly logRatio: number;
}

/** One figure that the arms of a session are compared by. */
export interface PairedMetric extends MetricKind {
  /** Element k is pair k's; null where a run does not have the metric, e.g. TTFT where nothing was streamed. */
  readonly ofPairs: (pairs: readonly Pair[]) => readonly (PairFigure | null)[];
}

/** Metrics that a session may be declared to be about. */
export const PRIMARY_KEYS = ['tpot', 'ttft', 'e2el', 'waitTail', 'servedOutputTokensPerSec'] as const;

export type PrimaryKey = (typeof PRIMARY_KEYS)[number];

type Column = keyof RequestColumns;

/**
 * In the order of reports. Four gate: the first token, the pace after it, the unlucky requests, and capacity. E2EL is
 * made of the first two where answers are streamed, and testing it as well would only cost the others power.
 */
export const PAIRED_METRICS: readonly PairedMetric[] = [
  { ...typical('e2el', 'e2elMs', true), gating: false },
  typical('ttft', 'ttftMs', false),
  typical('tpot', 'tpotMs', false),
  {
    key: 'waitTail',
    unit: 'ms',
    better: 'lower',
    gating: true,
    needsEqualLengths: false,
    ofPairs: waitTail,
  },
  throughput('servedOutputTokensPerSec', true),
  throughput('servedRequestsPerSec', false),
  tail('e2elP99', 'e2elMs', true),
  tail('ttftP99', 'ttftMs', false),
  {
    ...latency('itlP99', false, false),
    ofPairs: ofRuns(({ summary }) => summary.itlMs.p99),
  },
];

function latency(key: MetricKey, gating: boolean, needsEqualLengths: boolean): MetricKind {
  return { key, unit: 'ms', better: 'lower', gating, needsEqualLengths };
}

/** The typical request: the median over requests of the ratio of its two times. */
function typical(key: MetricKey, column: Column, needsEqualLengths: boolean): PairedMetric {
  return {
    ...latency(key, true, needsEqualLengths),
    ofPairs: (pairs) =>
      pairs.map((pair) => {
        const [a, b] = commonTimes(pair, column);
        if (a.length === 0) return null;
        const logRatio = median(a.map((ms, i) => Math.log((b[i] ?? ms) / ms)));
        return { baseline: median(a), candidate: median(b), logRatio };
      }),
  };
}

/** The p99 of each run; left out where all pairs together have too few requests for one. */
function tail(key: MetricKey, column: Column, needsEqualLengths: boolean): PairedMetric {
  return {
    ...latency(key, false, needsEqualLengths),
    ofPairs: (pairs) => {
      const times = pairs.map((pair) => commonTimes(pair, column));
      const requests = times.reduce((sum, [a]) => sum + a.length, 0);
      return isSufficient('p99', requests)
        ? times.map(([a, b]) => ratio(percentile(a.sort(), 99), percentile(b.sort(), 99)))
        : pairs.map(() => null);
    },
  };
}

function throughput(key: 'servedOutputTokensPerSec' | 'servedRequestsPerSec', gating: boolean): PairedMetric {
  const ofPairs = ofRuns(({ summary }) => summary[key]);
  return { key, unit: 'per s', better: 'higher', gating, needsEqualLengths: true, ofPairs };
}

function ofRuns(of: (run: ArmRun) => number | null): PairedMetric['ofPairs'] {
  return (pairs) => pairs.map(({ baseline, candidate }) => ratio(of(baseline), of(candidate)));
}

function ratio(baseline: number | null, candidate: number | null): PairFigure | null {
  if (baseline === null || candidate === null || !(baseline > 0) || !(candidate > 0)) return null;
  return { baseline, candidate, logRatio: Math.log(candidate / baseline) };
}

/** Told as what the median request would wait. */
function waitTail(pairs: readonly Pair[]): readonly (PairFigure | null)[] {
  const { pairs: tails, typicalMs } = tailWaits(pairs);
  return tails.map((of) => of && ratio(of.baseline * typicalMs, of.candidate * typicalMs));
}

/** The times of the requests that ended well in both runs, in the order of the plan. */
function commonTimes({ baseline, candidate }: Pair, column: Column): readonly [Float64Array, Float64Array] {
  const a = baseline.requests[column];
  const b = candidate.requests[column];
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
