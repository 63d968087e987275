import type { Cell } from '../../model/run.ts';
import type { ComparedKey } from '../compared-metrics.ts';
import { moments } from '../statistics/averages.ts';
import { chiSquareQuantile } from '../statistics/distributions.ts';
import { detectableEffect, FEWEST_PAIRS, pairsNeeded } from '../statistics/power.ts';
import type { PairedComparison } from './judge-session.ts';

/** Effects that a budget is made for, as shares. */
export const EFFECTS = [0.02, 0.03, 0.05, 0.1] as const;

/** How sure it is that the true spread is not above the bound that is planned with. */
const SURENESS = 0.8;

/** One metric of a pilot: its log-ratios, one a pair. */
export interface PilotMetric {
  readonly key: ComparedKey;
  readonly cell: Cell;
  readonly perPair: readonly number[];
}

export interface BudgetStep {
  /** As a share. */
  readonly effect: number;
  /** Null when it takes more than 1000 pairs. */
  readonly pairs: number | null;
  readonly seconds: number | null;
}

/** What it takes to see changes of a metric. */
export interface MetricBudget {
  readonly key: ComparedKey;
  readonly cell: Cell;
  /** Of the pilot's log-ratios. */
  readonly sd: number;
  /** 80 % upper bound of the true one. */
  readonly sdBound: number;
  /** The smallest effect, as a share, that as many pairs as the pilot's find four times in five. */
  readonly detectable: number;
  readonly steps: readonly BudgetStep[];
}

/**
 * Pairs and time to see effects of 2, 3, 5 and 10 % four times in five, from the noise of a pilot. A pilot of few pairs
 * may have been lucky, so it is planned with the 80 % upper bound of its standard deviation: for three pairs that is
 * 2.1 times as large. Metrics without spread, and pilots below three pairs, give nothing.
 * @param pairSeconds wall time of one pair, restarts and warm-up included
 * @param alpha level of one comparison; that of the family ÷ its size when any metric is to be found on its own
 */
export function budgetOf(
  metrics: readonly PilotMetric[],
  pairSeconds: number,
  alpha: number,
): readonly MetricBudget[] {
  return metrics.flatMap(({ key, cell, perPair }) => {
    if (perPair.length < FEWEST_PAIRS) return [];
    const sd = Math.sqrt(moments(perPair).variance);
    const df = perPair.length - 1;
    const sdBound = sd * Math.sqrt(df / chiSquareQuantile(1 - SURENESS, df));
    const steps = EFFECTS.map((effect) => {
      const pairs = pairsNeeded(sdBound, effect, alpha);
      return { effect, pairs, seconds: pairs && pairs * pairSeconds };
    });
    return [{ key, cell, sd, sdBound, detectable: detectableEffect(sd, perPair.length, alpha), steps }];
  });
}

/** Chance of even one false alarm in the session that is planned. */
const SESSION_ALPHA = 0.05;

/**
 * What it takes to see changes on this machine with this traffic, from a session that was made as a pilot. A difference
 * between its arms does no harm: only what pairs differ by counts.
 * @param pairSeconds wall time of a pair of all cells
 */
export function sessionBudget({ cells }: PairedComparison, pairSeconds: number): readonly MetricBudget[] {
  const metrics = cells.flatMap(({ cell, metrics: ofCell }): PilotMetric[] =>
    Object.values(ofCell)
      .filter(({ gating }) => gating)
      .map(({ key, pairs }) => ({ key, cell, perPair: pairs.map(Math.log) })),
  );
  return budgetOf(metrics, pairSeconds, SESSION_ALPHA / Math.max(1, metrics.length));
}
