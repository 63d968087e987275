import { type ComparedKey, PAIR_METRICS } from '../compared-metrics.ts';
import { meanOf, median } from '../statistics/averages.ts';
import { interval, pairedDifference } from '../statistics/difference.ts';
import { FEWEST_PAIRS } from '../statistics/power.ts';
import type { ColumnKey, RequestColumns } from './arm-run.ts';

/** One latency of the replayed requests against what the very same requests took when they were recorded. */
export interface RecordedTiming {
  readonly key: ComparedKey;
  /** Requests with both times, of the run that has the most. */
  readonly requests: number;
  readonly runs: number;
  /** replayed ÷ recorded: the mean over runs of the median request's. */
  readonly ratio: number;
  /** 95 % interval over runs; null below three. */
  readonly low: number | null;
  readonly high: number | null;
}

const TYPICAL = PAIR_METRICS.filter(({ statistic }) => statistic === 'typical');

/**
 * Describes how a replay's times compare with the recorded ones. It is no verdict: the recording had other load, other
 * neighbours and another day.
 * @param recorded times by position of the plan
 * @param runs of one arm
 */
export function recordedTiming(
  recorded: RequestColumns,
  runs: readonly RequestColumns[],
): readonly RecordedTiming[] {
  return TYPICAL.flatMap(({ key, metric }) => {
    const column = metric as ColumnKey;
    const ratios = runs
      .map((run) => logRatios(recorded[column], run[column]))
      .filter(({ length }) => length > 0);
    if (ratios.length === 0) return [];
    const perRun = ratios.map(median);
    const range = perRun.length < FEWEST_PAIRS ? null : interval(pairedDifference(perRun), 0.95);
    return [
      {
        key,
        requests: Math.max(...ratios.map(({ length }) => length)),
        runs: perRun.length,
        ratio: Math.exp(meanOf(perRun)),
        low: range && Math.exp(range[0]),
        high: range && Math.exp(range[1]),
      },
    ];
  });
}

function logRatios(recorded: Float64Array, replayed: Float64Array): Float64Array {
  return replayed.map((ms, i) => Math.log(ms / (recorded[i] ?? Number.NaN))).filter(Number.isFinite);
}
