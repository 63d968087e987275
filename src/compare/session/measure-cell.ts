import type { InvalidReason } from '../../model/invalid-reason.ts';
import type { ComparisonNote } from '../comparison-note.ts';
import type { ServerDifference } from '../servers/server-differences.ts';
import { FEWEST_PAIRS } from '../statistics/power.ts';
import { cacheChecks, errorChecks, inOrder, lengthChecks } from './arm-checks.ts';
import type { Arm, CellPairs, Pair } from './arm-run.ts';
import { driftChecks } from './drift-check.ts';
import type { Invalidity } from './invalidity.ts';
import { type MeasuredPairs, measurePairs } from './measure-pairs.ts';
import type { SessionRules } from './session-rules.ts';

/** A cell of a session with its figures and what forbids to judge them. */
export interface MeasuredCellPairs extends CellPairs {
  /** Pairs of two valid runs. */
  readonly valid: readonly Pair[];
  readonly metrics: readonly MeasuredPairs[];
  /** The metric that the cell's equality is asked of; null when there is none. */
  readonly primary: MeasuredPairs | null;
  readonly invalid: readonly Invalidity[];
  readonly notes: readonly ComparisonNote[];
}

/**
 * Measures the valid pairs of a cell, and looks for what forbids a verdict on them.
 * @param changes what differs between the servers by their own words
 * @param ended no more pairs will come
 */
export function measureCell(
  cell: CellPairs,
  changes: readonly ServerDifference[],
  { primary: key, margins, accepted }: SessionRules,
  ended: boolean,
): MeasuredCellPairs {
  const { pairs } = cell;
  const valid = pairs.filter(({ baseline, candidate }) => baseline.summary.valid && candidate.summary.valid);
  const lengths = lengthChecks(valid);
  const metrics = measurePairs(valid, key, lengths.length === 0);
  const primary = primaryOf(metrics, key);
  const found = [
    ...(ended ? pairChecks(pairs, valid) : []),
    ...errorChecks(pairs),
    ...lengths,
    ...cacheChecks(valid, changes),
    ...(primary === null
      ? []
      : driftChecks(primary.metric.key, valid, primary.figures, margins[primary.metric.better])),
  ];
  return {
    ...cell,
    valid,
    metrics,
    primary,
    invalid: found.filter(({ kind }) => !accepted.includes(kind)),
    notes: [
      ...leftOut(pairs),
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
