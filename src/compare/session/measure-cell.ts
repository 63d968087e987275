import type { ServerDifference } from '../servers/server-differences.ts';
import { FEWEST_PAIRS } from '../statistics/power.ts';
import { cacheChecks, errorChecks, inOrder, lengthChecks } from './arm-checks.ts';
import type { CellPairs, Pair } from './arm-run.ts';
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
  for (const wanted of [key, 'e2el', 'tpot', 'ttft']) {
    const found = comparable.find(({ metric }) => metric.key === wanted);
    if (found !== undefined) return found;
  }
  return null;
}

function pairChecks(pairs: readonly Pair[], valid: readonly Pair[]): readonly Invalidity[] {
  if (valid.length >= FEWEST_PAIRS) return [];
  const [reason] = leftOut(pairs);
  const message = `${valid.length} of ${pairs.length} pairs are valid, and a verdict wants ${FEWEST_PAIRS} at least`;
  return [{ check: 'pairs', message: reason === undefined ? message : `${message}; ${reason}` }];
}

function leftOut(pairs: readonly Pair[]): readonly string[] {
  return pairs.flatMap((pair, k) =>
    inOrder(pair).flatMap(([arm, { summary }]) =>
      summary.valid
        ? []
        : [
            `pair ${k + 1} is left out, its ${arm} (run ${summary.id}) is not valid: ${summary.invalidReasons.join('; ')}`,
          ],
    ),
  );
}
