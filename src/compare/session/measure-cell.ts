import type { InvalidReason } from '../../model/note.ts';
import { type ComparedKey, type Margins, PAIR_METRICS } from '../compared-metrics.ts';
import type { ComparisonNote } from '../comparison-note.ts';
import type { MeasuredMetric, MeasuredMetrics } from '../judge.ts';
import type { ServerDifference } from '../servers/server-differences.ts';
import { geometricMean } from '../statistics/averages.ts';
import { pairedDifference } from '../statistics/difference.ts';
import { FEWEST_PAIRS } from '../statistics/power.ts';
import { countingDifference, lengthsNotKept } from '../token-counting.ts';
import type { Arm, CellPairs, Pair, RequestColumns } from './arm-run.ts';
import { cacheChecks, driftChecks, errorChecks, inOrder, lengthChecks, slotChecks } from './cell-checks.ts';
import { checkControl } from './control.ts';
import type { Invalidity } from './invalidity.ts';
import { type PairFigure, pairFigures } from './pair-figures.ts';
import type { SessionRules } from './session-plan.ts';

/** A cell of a session with its figures and what forbids to judge them. */
export interface MeasuredCellPairs extends CellPairs, MeasuredMetrics<MeasuredPairs> {
  /** Pairs of two valid runs and a steady control request. */
  readonly valid: readonly Pair[];
  readonly invalid: readonly Invalidity[];
  readonly notes: readonly ComparisonNote[];
}

/**
 * Measures the valid pairs of a cell, those of two valid runs and a steady control request, and looks for what forbids a verdict on them.
 * @param changes what differs between the servers as they describe themselves
 * @param ended no more pairs will come
 */
export function measureCell(
  cell: CellPairs,
  changes: readonly ServerDifference[],
  { primary: key, margins, accepted, control }: SessionRules,
  ended: boolean,
): MeasuredCellPairs {
  const { pairs } = cell;
  const controlled = control ? checkControl(pairs) : null;
  const valid = pairs.filter(
    ({ baseline, candidate }, k) =>
      baseline.summary.valid && candidate.summary.valid && controlled?.moved.has(k) !== true,
  );
  const lengths = lengthChecks(valid);
  const counting = countingDifference(
    valid.map(({ baseline }) => baseline.summary),
    valid.map(({ candidate }) => candidate.summary),
  );
  const metrics = measurePairs(valid, key, {
    equalLengths: lengths.length === 0 && counting === null,
    countedAlike: counting === null,
  });
  const primary = primaryOf(metrics, key);
  const found = [
    ...(ended ? pairChecks(pairs, valid) : []),
    ...errorChecks(pairs),
    ...lengths,
    ...cacheChecks(valid, changes),
    ...(primary === null ? [] : orderChecks(primary, valid, margins)),
  ];
  return {
    ...cell,
    valid,
    metrics,
    primary,
    invalid: found.filter(({ kind }) => !accepted.includes(kind)),
    notes: [
      ...leftOut(pairs),
      ...(controlled?.notes ?? []),
      ...(cell.remade.length === 0 ? [] : [{ kind: 'pairsMadeAgain', pairs: cell.remade } as const]),
      ...(counting === null ? [] : [counting]),
      ...lengthsNotKept(
        valid.map(({ baseline }) => baseline.summary),
        valid.map(({ candidate }) => candidate.summary),
      ),
      ...found
        .filter(({ kind }) => accepted.includes(kind))
        .map((finding) => ({ kind: 'accepted', finding }) as const),
      ...(primary === null || primary.metric.key === key
        ? []
        : [{ kind: 'primaryReplaced', declared: key, by: primary.metric.key } as const]),
    ],
  };
}

/** The declared metric, or what comes nearest where that is not measured or not comparable. */
function primaryOf(metrics: readonly MeasuredPairs[], key: string): MeasuredPairs | null {
  const comparable = metrics.filter((measured) => measured.comparable);
  const declared = comparable.find(({ metric }) => metric.key === key);
  const nearest = comparable
    .filter(({ metric }) => metric.statistic === 'typical')
    .sort((a, b) => (a.metric.primary ?? 0) - (b.metric.primary ?? 0));
  return declared ?? nearest[0] ?? null;
}

function pairChecks(pairs: readonly Pair[], valid: readonly Pair[]): readonly Invalidity[] {
  if (valid.length >= FEWEST_PAIRS) return [];
  const [example] = invalidRuns(pairs);
  const reason = example?.reasons[0];
  return [
    {
      kind: 'pairs',
      valid: valid.length,
      made: pairs.length,
      needed: FEWEST_PAIRS,
      example: example === undefined || reason === undefined ? null : { run: example.run, reason },
    },
  ];
}

interface InvalidRun {
  readonly pair: number;
  readonly arm: Arm;
  readonly run: number;
  readonly reasons: readonly InvalidReason[];
}

/** In the order in which they ran. */
function invalidRuns(pairs: readonly Pair[]): readonly InvalidRun[] {
  return pairs.flatMap((pair, k) =>
    inOrder(pair).flatMap(
      ([
        arm,
        {
          summary: { id, valid, invalidReasons: reasons },
        },
      ]) => (valid ? [] : [{ pair: k + 1, arm, run: id, reasons }]),
    ),
  );
}

/** Runs with reasons of the same kinds are one note. */
function leftOut(pairs: readonly Pair[]): readonly ComparisonNote[] {
  const alike = Map.groupBy(invalidRuns(pairs), ({ reasons }) => reasons.map(({ kind }) => kind).join());
  return [...alike.values()].map((invalid) => ({
    kind: 'pairsLeftOut',
    runs: invalid.map(({ pair, arm, run }) => ({ pair, arm, run })),
    reasons: invalid[0]?.reasons ?? [],
  }));
}

/** One metric of the valid pairs of a cell, not yet judged. */
export interface MeasuredPairs extends MeasuredMetric {
  /** Element k is pair k's. */
  readonly figures: readonly PairFigure[];
}

/**
 * Puts numbers on the pairs of one cell: every metric that all of them have.
 * @param primary the declared metric's key: it always gates
 */
export function measurePairs(
  pairs: readonly Pair[],
  primary: ComparedKey,
  { equalLengths, countedAlike }: { readonly equalLengths: boolean; readonly countedAlike: boolean },
): readonly MeasuredPairs[] {
  if (pairs.length === 0) return [];
  const streamed = mostlyStreamed(pairs);
  return PAIR_METRICS.flatMap((metric) => {
    const found = pairFigures(metric, pairs);
    const figures = found.filter((figure) => figure !== null);
    if (figures.length < found.length) return [];
    const perPair = figures.map(({ logRatio }) => logRatio);
    return [
      {
        metric: {
          ...metric,
          gating: metric.gating || metric.key === primary || (metric.role === 'fallback' && !streamed),
        },
        figures,
        before: geometricMean(figures.map(({ baseline }) => baseline)),
        after: geometricMean(figures.map(({ candidate }) => candidate)),
        difference: perPair.length < FEWEST_PAIRS ? null : pairedDifference(perPair),
        comparable: (equalLengths || !metric.needsEqualLengths) && (countedAlike || !metric.countsTokens),
      },
    ];
  });
}

/** Answers in one piece have neither TTFT nor TPOT, so a fallback replaces these. */
function mostlyStreamed(pairs: readonly Pair[]): boolean {
  const known = (times: (requests: RequestColumns) => Float64Array): number =>
    pairs.reduce((sum, { baseline }) => sum + times(baseline.requests).filter((ms) => ms > 0).length, 0);
  return known(({ tpotMs }) => tpotMs) * 2 >= known(({ e2elMs }) => e2elMs);
}

/** What the order of the runs shows; a drift shows in each position too, and is reported as a drift. */
function orderChecks({ metric, figures }: MeasuredPairs, valid: readonly Pair[], margins: Margins) {
  const drift = driftChecks(metric.key, valid, figures, margins[metric.better]);
  return drift.length > 0 ? drift : slotChecks(metric.key, valid, figures, margins[metric.better]);
}
