import { metricsOf } from '../../measure/metric-table.ts';
import { type ComparedKey, PAIR_METRICS } from '../compared-metrics.ts';
import { meanOf, median } from '../statistics/averages.ts';
import { interval, pairedDifference } from '../statistics/difference.ts';
import { FEWEST_PAIRS } from '../statistics/power.ts';
import type { Answer, Arm, ArmRun, ColumnKey, Pair, RequestColumns, ServerKey } from './arm-run.ts';

/** How many of the answers that could be compared were equal. */
export interface Agreement {
  readonly same: number;
  readonly of: number;
}

/** How two sets of answers to the same requests agree. */
export interface AnswerAgreement {
  /** Text, reasoning and tool calls, to the letter. */
  readonly text: Agreement;
  /** Output tokens. */
  readonly length: Agreement;
  readonly finishReason: Agreement;
  /** Whether tools were called. */
  readonly toolCalls: Agreement;
}

/** Whether the answers changed; shown beside latency and never mixed with it. */
export interface AnswerDrift {
  /** Candidate against baseline, pair by pair. */
  readonly betweenArms: AnswerAgreement;
  /** The baseline against itself, from each pair to the next: what sampling and batching alone do; null with one pair. */
  readonly withinBaseline: AnswerAgreement | null;
}

/** Compares answers at the same position of the plan that ended `ok` in both runs; null when there are none. */
export function answerDrift(pairs: readonly Pair[]): AnswerDrift | null {
  const betweenArms = agreement(pairs.map(({ baseline, candidate }) => [baseline, candidate]));
  if (betweenArms.finishReason.of === 0) return null;
  const neighbours = pairs
    .slice(1)
    .map(({ baseline }, k) => [pairs[k]?.baseline ?? baseline, baseline] as const);
  return { betweenArms, withinBaseline: neighbours.length === 0 ? null : agreement(neighbours) };
}

function agreement(runs: readonly (readonly [ArmRun, ArmRun])[]): AnswerAgreement {
  const both = runs.flatMap(([a, b]) =>
    a.answers.flatMap((answer, i) => {
      const other = b.answers[i] ?? null;
      return answer === null || other === null ? [] : [[answer, other] as const];
    }),
  );
  const count = (of: (answer: Answer) => unknown): Agreement => {
    const known = both.map(([a, b]) => [of(a), of(b)]).filter(([a, b]) => a !== null && b !== null);
    return { same: known.filter(([a, b]) => a === b).length, of: known.length };
  };
  return {
    text: count(({ hash }) => hash),
    length: count(({ tokens }) => tokens),
    // Null is a reason as well: that of an answer that named none.
    finishReason: count(({ finishReason }) => finishReason ?? 'none'),
    toolCalls: count(({ calledTools }) => calledTools),
  };
}

/** One of the server's own figures in both arms: the mean over the runs. */
export interface ServerSideRow {
  readonly key: ServerKey;
  readonly unit: 'share' | 'ms' | 'count';
  readonly baseline: number;
  readonly candidate: number;
}

/** The servers' own figures side by side: they corroborate, and never decide. */
export function serverSides(pairs: readonly Pair[]): readonly ServerSideRow[] {
  const mean = (arm: Arm, key: ServerKey): number | null => {
    const values = pairs.flatMap((pair) => pair[arm].server?.[key] ?? []);
    return values.length === 0 ? null : meanOf(values);
  };
  return metricsOf('scalar').flatMap((metric) => {
    if (metric.corroborates !== true) return [];
    const [key, unit] = [metric.key as ServerKey, metric.unit as ServerSideRow['unit']];
    const [baseline, candidate] = [mean('baseline', key), mean('candidate', key)];
    return baseline === null || candidate === null ? [] : [{ key, unit, baseline, candidate }];
  });
}

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
