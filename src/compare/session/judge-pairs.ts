import type { Verdict } from '../comparison.ts';
import { combineVerdicts, judgeFamily, type Rules } from '../judge.ts';
import type { Difference } from '../statistics/difference.ts';
import type { MeasuredCellPairs } from './measure-cell.ts';
import type { MeasuredPairs } from './measure-pairs.ts';

/** What is said of each metric of each cell. */
export type PairVerdicts = ReadonlyMap<MeasuredPairs, Verdict>;

/**
 * Judges all cells of a session: their gating metrics together as one family, the others one by one as a description.
 * @param rules null when no verdict may be given yet
 */
export function judgePairs(cells: readonly MeasuredCellPairs[], rules: Rules | null): PairVerdicts {
  const verdicts = new Map<MeasuredPairs, Verdict>();
  for (const { metrics, invalid } of cells) {
    for (const measured of metrics) {
      verdicts.set(measured, invalid.length === 0 && measured.comparable ? 'inconclusive' : 'invalid');
    }
  }
  if (rules === null) return verdicts;
  const judgeable = cells.flatMap(judgeableOf);
  const families = [gatingFamily(cells), ...judgeable.filter(({ metric }) => !metric.gating).map((m) => [m])];
  for (const family of families) {
    const claims = family.map(({ metric, difference }) => ({ metric, difference: difference as Difference }));
    judgeFamily(claims, rules).forEach((verdict, i) => {
      const measured = family[i];
      if (measured !== undefined) verdicts.set(measured, verdict);
    });
  }
  return verdicts;
}

/** The comparisons that share the chance of a false alarm. */
export function gatingFamily(cells: readonly MeasuredCellPairs[]): readonly MeasuredPairs[] {
  return cells.flatMap(judgeableOf).filter(({ metric }) => metric.gating);
}

function judgeableOf({ invalid, metrics }: MeasuredCellPairs): readonly MeasuredPairs[] {
  return invalid.length > 0
    ? []
    : metrics.filter(({ comparable, difference }) => comparable && difference !== null);
}

/**
 * One cell: a regression of any gating metric is one, then an improvement of any; whether the arms are equal is asked of
 * the primary metric alone, since a noisy one among several would leave it open for ever.
 */
export function verdictOfCell(
  { invalid, metrics, primary }: MeasuredCellPairs,
  verdicts: PairVerdicts,
): Verdict {
  if (invalid.length > 0) return 'invalid';
  if (metrics.length === 0) return 'inconclusive';
  const gating = metrics
    .filter(({ metric, comparable }) => metric.gating && comparable)
    .map((measured) => verdicts.get(measured) ?? 'inconclusive');
  const together = combineVerdicts(gating);
  if (primary === null || together === 'regression' || together === 'improvement') return together;
  return verdicts.get(primary) ?? 'inconclusive';
}

/** All cells: a regression anywhere is one; what is not valid somewhere cannot be called good. */
export function verdictOfCells(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('regression')) return 'regression';
  return verdicts.includes('invalid') ? 'invalid' : combineVerdicts(verdicts);
}
