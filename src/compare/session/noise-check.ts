import type { Note } from '../../model/note.ts';
import type { Cell } from '../../model/run.ts';
import type { ComparedKey } from '../compared-metrics.ts';
import { mostOutlying, type Trend } from '../statistics/difference.ts';
import { differenceTrend, levelTrend, slotEffect } from './cell-checks.ts';
import type { MeasuredCellPairs, MeasuredPairs } from './measure-cell.ts';

interface Where {
  readonly cell: Cell;
  readonly metric: ComparedKey;
  /** Two-sided, of noise that shows at least as much. */
  readonly p: number;
}

/** What shows that the differences of a server with itself are no noise. */
export interface NoiseDefects {
  /** The second run of a pair differs from the first: second ÷ first. */
  position: Where & { readonly ratio: number };
  /** A metric of both sides, or the difference between them, has a trend: last ÷ first. */
  trend: Where & { readonly of: 'both' | 'difference'; readonly ratio: number };
  /** A valid pair, counted from 1, that lies far from the others: its own ratio. */
  outlier: Where & { readonly pair: number; readonly ratio: number };
}

export type NoiseDefect = Note<NoiseDefects>;

/** Whether the noise that a session of one server with itself has measured can be relied on. */
export interface NoiseCheck {
  /** Null where no defect was found among too few pairs to decide. */
  readonly sound: boolean | null;
  readonly defects: readonly NoiseDefect[];
  /** Valid pairs of the cell that has the fewest, and the number needed to decide. */
  readonly pairs: number;
  readonly needed: number;
}

/**
 * Chance that sound noise is called unsound: half of the 1 % that a check may cost, because real noise has heavier tails than
 * the normal distribution of the tests.
 */
const ALPHA = 0.005;

/** An outlier among fewer pairs would have to be enormous to differ from noise. */
const NEEDED = 6;

/**
 * Looks for an effect of the position within a pair, trends and outliers in every deciding metric of every cell, however
 * small: each would be taken for noise. All tests share the chance of a false alarm (Bonferroni).
 */
export function checkNoise(cells: readonly MeasuredCellPairs[]): NoiseCheck {
  const measured = cells.flatMap((of) =>
    of.metrics.flatMap((metric) => (metric.metric.gating && metric.comparable ? [{ of, metric }] : [])),
  );
  const tests = measured.map(({ of, metric }) => testsOf(of, metric));
  const level = ALPHA / tests.flat().length;
  const defects = tests.flatMap((ofMetric) => {
    const found = ofMetric.filter((test) => test !== null).filter(({ p }) => p < level);
    // A drift shows in each position too, and is reported as a drift.
    const drifts = found.some((defect) => defect.kind === 'trend' && defect.of === 'both');
    return found.filter(({ kind }) => kind !== 'position' || !drifts);
  });
  const pairs = Math.min(...cells.map(({ valid }) => valid.length));
  const sound =
    defects.length === 0 && (pairs < NEEDED || measured.length === 0) ? null : defects.length === 0;
  return { sound, defects, pairs, needed: NEEDED };
}

/** Null where there are too few pairs for a test. */
function testsOf(
  { cell, valid }: MeasuredCellPairs,
  { metric: { key: metric }, figures }: MeasuredPairs,
): readonly (NoiseDefect | null)[] {
  const found = (effect: Trend | null, defect: (ratio: number, p: number) => NoiseDefect) =>
    effect && defect(Math.exp(effect.change), effect.p);
  const outlier = mostOutlying(figures.map(({ logRatio }) => logRatio));
  return [
    found(slotEffect(valid, figures), (ratio, p) => ({ kind: 'position', cell, metric, ratio, p })),
    found(levelTrend(valid, figures), (ratio, p) => ({ kind: 'trend', of: 'both', cell, metric, ratio, p })),
    found(differenceTrend(figures), (ratio, p) => ({
      kind: 'trend',
      of: 'difference',
      cell,
      metric,
      ratio,
      p,
    })),
    outlier && {
      kind: 'outlier',
      cell,
      metric,
      pair: outlier.index + 1,
      ratio: Math.exp(figures[outlier.index]?.logRatio ?? 0),
      p: outlier.p,
    },
  ];
}
