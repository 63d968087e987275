import { PRIMARY_KEYS } from '../compared-metrics.ts';
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
  readonly notes: readonly string[];
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
      : driftChecks(primary.metric.title, valid, primary.figures, margins[primary.metric.better])),
  ];
  return {
    ...cell,
    valid,
    metrics,
    primary,
    invalid: found.filter(({ check }) => !accepted.includes(check)),
    notes: [
      ...leftOut(pairs),
      ...found.flatMap(({ check, message }) => (accepted.includes(check) ? [`accepted: ${message}`] : [])),
      ...(primary === null || primary.metric.key === key
        ? []
        : [`${key} cannot be judged here, so ${primary.metric.title} is in its place`]),
    ],
  };
}

/** The declared metric, or what comes nearest where that is not measured or not comparable. */
function primaryOf(metrics: readonly MeasuredPairs[], key: string): MeasuredPairs | null {
  const comparable = metrics.filter((measured) => measured.comparable);
  for (const wanted of [key, ...PRIMARY_KEYS]) {
    const found = comparable.find(({ metric }) => metric.key === wanted);
    if (found !== undefined) return found;
  }
  return null;
}

function pairChecks(pairs: readonly Pair[], valid: readonly Pair[]): readonly Invalidity[] {
  if (valid.length >= FEWEST_PAIRS) return [];
  const [example] = invalidRuns(pairs);
  const message = `${valid.length} of ${pairs.length} pairs are valid, and a verdict wants ${FEWEST_PAIRS} at least`;
  const why = example === undefined ? '' : `; run ${example.id}, for example: ${example.reasons[0]}`;
  return [{ check: 'pairs', message: `${message}${why}` }];
}

interface InvalidRun {
  readonly pair: number;
  readonly arm: Arm;
  readonly id: number;
  readonly reasons: readonly string[];
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
      ]) => (valid ? [] : [{ pair: k + 1, arm, id, reasons }]),
    ),
  );
}

/** Runs that have the same reasons but for their figures are told once. */
function leftOut(pairs: readonly Pair[]): readonly string[] {
  const kinds = Map.groupBy(invalidRuns(pairs), ({ reasons }) => reasons.join('; ').replace(/[\d.]+/g, '#'));
  return [...kinds.values()].map((runs) => {
    const which = [...new Set(runs.map(({ pair }) => pair))];
    const reasons = runs[0]?.reasons.join('; ');
    const [first] = runs;
    const whose =
      runs.length === 1
        ? `its ${first?.arm} (run ${first?.id}) is`
        : `runs ${runs.map(({ id }) => id).join(', ')} are`;
    const left =
      which.length === 1 ? `pair ${which[0]} is left out` : `pairs ${which.join(', ')} are left out`;
    return `${left}, ${whose} not valid: ${reasons}`;
  });
}
