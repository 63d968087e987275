import { budgetOf, type MetricBudget, type PilotMetric } from './budget.ts';
import type { PairedComparison } from './paired-comparison.ts';

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
