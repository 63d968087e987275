import { studentQuantile } from '../../compare/statistics/distributions.ts';
import type { RunGroup } from '../runs-report.ts';
import { type Finding, found, type Level, type RatioInterval } from './finding.ts';
import { levelsOf } from './levels.ts';
import { fitScalability, peakConnections, rateAt } from './scalability-law.ts';

/** The law has three parameters: only a fourth number of connections can speak against it. */
export const CAPACITY_LEVELS = 4;

/** The tested loads must have come this near to the law's highest rate; farther out nobody was. */
const REACHED = 0.9;

/** What the server can carry, by a fit of the universal scalability law, with its uncertainty. */
export function capacity(group: RunGroup): Finding[] {
  const levels = levelsOf(group);
  const highest = levels.at(-1);
  if (highest === undefined) return [];
  if (levels.length < CAPACITY_LEVELS) {
    return [found('capacityTooFew', 'limit', { levels: levels.length, wanted: CAPACITY_LEVELS })];
  }
  const fit = fitScalability(levels);
  const peak = peakInterval(levels);
  const reached = Math.max(...levels.map(({ connections }) => rateAt(fit, connections)));
  if (peak === null || reached < REACHED * peak.ratio) {
    return [found('capacityBeyond', 'limit', { highest, levels: levels.length })];
  }
  const at = peakConnections(fit);
  return [
    found('capacity', 'finding', {
      levels: levels.length,
      peak,
      atConnections: at <= 2 * highest.connections ? at : null,
      contention: fit.sigma,
      coherency: fit.kappa,
    }),
  ];
}

/**
 * The law's highest rate with a 95 % interval by the jackknife over the levels (Tukey 1958), on logarithms, with
 * Student's t of levels − 3 degrees of freedom; null when the fit without some level knows no bound.
 */
function peakInterval(levels: readonly Level[]): RatioInterval | null {
  const peak = Math.log(peakRate(levels));
  const without = levels.map((_, left) => Math.log(peakRate(levels.filter((_level, i) => i !== left))));
  if (![peak, ...without].every(Number.isFinite)) return null;
  const n = without.length;
  const mean = without.reduce((sum, x) => sum + x, 0) / n;
  const error = Math.sqrt(((n - 1) / n) * without.reduce((sum, x) => sum + (x - mean) ** 2, 0));
  const half = studentQuantile(0.975, n - 3) * error;
  return { ratio: Math.exp(peak), low: Math.exp(peak - half), high: Math.exp(peak + half) };
}

/** At its peak, or what it approaches. */
function peakRate(levels: readonly Level[]): number {
  const fit = fitScalability(levels);
  const at = peakConnections(fit);
  return Number.isFinite(at) ? rateAt(fit, at) : fit.lambda / fit.sigma;
}
