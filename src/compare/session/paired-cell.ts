import type { Margins } from '../compared-metrics.ts';
import type { SideOfCell, Verdict } from '../comparison.ts';
import type { ComparisonNote } from '../comparison-note.ts';
import { metricComparison } from '../metric-comparison.ts';
import { type Difference, interval, pValue } from '../statistics/difference.ts';
import { hodgesLehmann, outliers } from '../statistics/outliers.ts';
import { detectableEffect, pairsNeeded, pairsToSettle } from '../statistics/power.ts';
import { signFlipP } from '../statistics/sign-flip.ts';
import { answerDrift } from './answer-drift.ts';
import type { Arm, Pair } from './arm-run.ts';
import { type PairVerdicts, verdictOfCell } from './judge-pairs.ts';
import type { MeasuredCellPairs } from './measure-cell.ts';
import type { MeasuredPairs } from './measure-pairs.ts';
import type { PairedCell, PairedMetricComparison } from './paired-comparison.ts';
import { recordedTiming } from './recorded-timing.ts';
import { serverSides } from './server-sides.ts';

/** How the verdicts came about, as far as a cell's figures depend on it. */
export interface Judging {
  readonly verdicts: PairVerdicts;
  readonly margins: Margins;
  /** Of the intervals. */
  readonly level: number;
  /** Of a metric that differs alone: the family's alpha ÷ its size. */
  readonly alphaEach: number;
}

/** All that is told of one cell of a session. */
export function pairedCell(measured: MeasuredCellPairs, judging: Judging): PairedCell {
  const { cell, pairs, valid, metrics, invalid, notes, recorded } = measured;
  const verdict = verdictOfCell(measured, judging.verdicts);
  const told = Object.fromEntries(
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
    metrics: told,
    invalid,
    answers: answerDrift(valid),
    server: serverSides(valid),
    recorded: { baseline: timing('baseline'), candidate: timing('candidate') },
    notes: [...notes, ...unsettled(verdict, Object.values(told))],
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

/** What so many pairs could have shown, and how many more would settle what is open. */
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
