import type { ComparedKey, Margins } from '../compared-metrics.ts';
import {
  type CellComparison,
  type MetricComparison,
  metricComparison,
  type SideOfCell,
} from '../comparison.ts';
import type { ComparisonNote } from '../comparison-note.ts';
import { type Verdict, type Verdicts, verdictOfCell } from '../judge.ts';
import { hodgesLehmann, outliers } from '../statistics/averages.ts';
import { type Difference, interval, pValue, signFlipP } from '../statistics/difference.ts';
import { detectableEffect, pairsNeeded, pairsToSettle } from '../statistics/power.ts';
import type { Arm, Pair } from './arm-run.ts';
import type { Invalidity } from './invalidity.ts';
import type { MeasuredCellPairs, MeasuredPairs } from './measure-cell.ts';
import {
  type AnswerDrift,
  answerDrift,
  type RecordedTiming,
  recordedTiming,
  type ServerSideRow,
  serverSides,
} from './supplementary.ts';

/** One metric of a session's pairs. */
export interface PairedMetricComparison extends MetricComparison {
  /** candidate ÷ baseline of each valid pair, in the order of the session. */
  readonly pairs: readonly number[];
  /** Of the t-test over pairs, not corrected for the number of metrics; null below three pairs. */
  readonly p: number | null;
  /** Exact p of the sign-flip test; null below 6 and above 20 pairs. */
  readonly signFlipP: number | null;
  /** Which of the valid pairs, from 1, lie far from the others: named, never left out. */
  readonly outlyingPairs: readonly number[];
  /** The ratio by Hodges and Lehmann's estimate, which an outlier changes little; null without outliers. */
  readonly robustRatio: number | null;
  /** The interval of level 1 - 2α, as ratios, that must lie within the margin for `equivalent`; null below three pairs. */
  readonly equivalence: { readonly low: number; readonly high: number } | null;
  /** The smallest change, as a share, that these pairs find four times in five; null below three. */
  readonly detectable: number | null;
  /**
   * More pairs that find a change as large as the margin, and settle this one if it stays as it is; null unless the
   * verdict is inconclusive, and when it takes more than 1000.
   */
  readonly pairsNeeded: number | null;
}

/** One cell of a session. */
export interface PairedCell extends CellComparison {
  readonly metrics: Readonly<Partial<Record<ComparedKey, PairedMetricComparison>>>;
  /** Key of the metric that equality is asked of: the declared one, or what comes nearest; null when nothing is measured. */
  readonly primary: ComparedKey | null;
  /** Why no verdict is given here. */
  readonly invalid: readonly Invalidity[];
  readonly answers: AnswerDrift | null;
  readonly server: readonly ServerSideRow[];
  /** Replayed against recorded; empty where the recorded times are not known. */
  readonly recorded: {
    readonly baseline: readonly RecordedTiming[];
    readonly candidate: readonly RecordedTiming[];
  };
}

/** How the verdicts came about, as far as a cell's figures depend on it. */
export interface Judging {
  readonly verdicts: Verdicts<MeasuredPairs>;
  readonly margins: Margins;
  /** Of the intervals. */
  readonly level: number;
  /** Of a metric that differs alone: the family's alpha ÷ its size. */
  readonly alphaEach: number;
}

/** Everything that is shown of one cell of a session. */
export function pairedCell(measured: MeasuredCellPairs, judging: Judging): PairedCell {
  const { cell, pairs, valid, metrics, invalid, notes, recorded } = measured;
  const verdict = verdictOfCell(measured, judging.verdicts);
  const compared = Object.fromEntries(
    metrics.map((metric) => [metric.metric.key, pairedMetric(metric, judging)] as const),
  );
  const timing = (arm: Arm) =>
    recorded === null
      ? []
      : recordedTiming(
          recorded,
          valid.map((pair) => pair[arm].requests),
        );
  return {
    cell,
    before: sideOf(pairs, valid, 'baseline'),
    after: sideOf(pairs, valid, 'candidate'),
    verdict,
    primary: measured.primary?.metric.key ?? null,
    metrics: compared,
    invalid,
    answers: answerDrift(valid),
    server: serverSides(valid),
    recorded: { baseline: timing('baseline'), candidate: timing('candidate') },
    notes: [...notes, ...unsettled(verdict, Object.values(compared))],
  };
}

/** Where the primary metric settles a cell, the gating metrics that it leaves open are named. */
function unsettled(verdict: Verdict, metrics: readonly PairedMetricComparison[]): readonly ComparisonNote[] {
  if (verdict !== 'equivalent' && verdict !== 'small') return [];
  return metrics.flatMap(({ gating, verdict: own, key, low, high }) => {
    if (!gating || own !== 'inconclusive' || low === null || high === null) return [];
    return [{ kind: 'unsettled', metric: key, low, high }];
  });
}

function sideOf(pairs: readonly Pair[], valid: readonly Pair[], arm: Arm): SideOfCell {
  return { runs: pairs.map((pair) => pair[arm].summary.id), valid: valid.length };
}

function pairedMetric(measured: MeasuredPairs, judging: Judging): PairedMetricComparison {
  const verdict: Verdict = judging.verdicts.get(measured) ?? 'inconclusive';
  const perPair = measured.figures.map(({ logRatio }) => logRatio);
  const outlying = outliers(perPair);
  const { difference } = measured;
  return {
    ...metricComparison({ measured, verdict }, judging.level),
    pairs: perPair.map(Math.exp),
    equivalence: difference && equivalence(difference, judging),
    p: difference && pValue(difference),
    signFlipP: signFlipP(perPair),
    outlyingPairs: outlying.map((k) => k + 1),
    robustRatio: outlying.length === 0 ? null : Math.exp(hodgesLehmann(perPair)),
    ...planning(measured, verdict, judging),
  };
}

function equivalence(difference: Difference, { level }: Judging): { low: number; high: number } {
  const [low, high] = interval(difference, 1 - 2 * (1 - level));
  return { low: Math.exp(low), high: Math.exp(high) };
}

/** What these pairs could have shown, and how many more would settle what is open. */
function planning(
  { metric, figures, difference }: MeasuredPairs,
  verdict: Verdict,
  { margins, level, alphaEach }: Judging,
): Pick<PairedMetricComparison, 'detectable' | 'pairsNeeded'> {
  if (difference === null) return { detectable: null, pairsNeeded: null };
  const pairs = figures.length;
  const sd = difference.standardError * Math.sqrt(pairs);
  const detectable = detectableEffect(sd, pairs, alphaEach);
  if (verdict !== 'inconclusive') return { detectable, pairsNeeded: null };
  const margin = margins[metric.better];
  const open = { estimate: difference.estimate, sd, margin, alphaEach, alpha: 1 - level };
  const [toFind, toSettle] = [pairsNeeded(sd, margin, alphaEach), pairsToSettle(open)];
  const needed = toFind === null || toSettle === null ? null : Math.max(toFind, toSettle) - pairs;
  return { detectable, pairsNeeded: needed && Math.max(1, needed) };
}
