import { studentQuantile } from '../../compare/statistics/distributions.ts';
import type { RunGroup } from '../runs-report.ts';
import { type Finding, found, type Level, type RatioInterval } from './finding.ts';
import { levelsOf } from './levels.ts';

/** The law has three parameters: only a fourth number of connections can speak against it. */
export const CAPACITY_LEVELS = 4;

/** The tested loads must have come this near to the law's highest rate; beyond that there are no data. */
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

/**
 * Gunther's universal scalability law: X(N) = λN ÷ (1 + σ(N − 1) + κN(N − 1)) (N. J. Gunther, "Guerrilla Capacity
 * Planning", 2007). σ is contention, κ coherency; with κ > 0 the rate has a peak at N* = √((1 − σ) ÷ κ).
 */
export interface ScalabilityFit {
  readonly lambda: number;
  readonly sigma: number;
  readonly kappa: number;
}

export interface LoadPoint {
  readonly connections: number;
  readonly requestsPerSec: number;
}

/** The rate that the law gives at a number of connections. */
export function rateAt({ lambda, sigma, kappa }: ScalabilityFit, n: number): number {
  return (lambda * n) / (1 + sigma * (n - 1) + kappa * n * (n - 1));
}

/** Where the rate is highest; infinite when it only approaches its limit. */
export function peakConnections({ sigma, kappa }: ScalabilityFit): number {
  return kappa > 0 ? Math.max(1, Math.sqrt(Math.max(0, 1 - sigma) / kappa)) : Number.POSITIVE_INFINITY;
}

/**
 * N ÷ X(N) = 1/λ + σ/λ·(N − 1) + κ/λ·N(N − 1) is linear in its three coefficients: least squares of its relative errors,
 * none of them negative. The best of all ways to hold σ and κ at zero is taken. Needs three points of different loads.
 */
export function fitScalability(points: readonly LoadPoint[]): ScalabilityFit {
  const rows = points.map(({ connections: n, requestsPerSec }) => {
    const perRequest = n / requestsPerSec;
    // Divided by what it should be, every equation is about a relative error.
    return [1 / perRequest, (n - 1) / perRequest, (n * (n - 1)) / perRequest] as const;
  });
  const fits = SUBSETS.flatMap((free) => solveFor(rows, free) ?? []);
  const [best] = fits.sort((a, b) => a.error - b.error);
  const [a, b, c] = best?.coefficients ?? [1, 0, 0];
  return { lambda: 1 / a, sigma: b / a, kappa: c / a };
}

type Row = readonly [number, number, number];

/** Which of the coefficients are not held at zero. */
const SUBSETS: readonly (readonly number[])[] = [[0, 1, 2], [0, 1], [0, 2], [0]];

/** Least squares of row · coefficients = 1 over the free coefficients; null where one of them would be negative. */
function solveFor(
  rows: readonly Row[],
  free: readonly number[],
): { coefficients: Row; error: number } | null {
  // Columns of very different size would make the normal equations inexact.
  const sizes = free.map((k) => Math.hypot(...rows.map((row) => row[k] ?? 0)));
  const scaled = rows.map((row) => free.map((k, i) => (row[k] ?? 0) / (sizes[i] ?? 1)));
  const normal = free.map((_, i) => [
    ...free.map((_k, j) => scaled.reduce((sum, row) => sum + (row[i] ?? 0) * (row[j] ?? 0), 0)),
    scaled.reduce((sum, row) => sum + (row[i] ?? 0), 0),
  ]);
  const solution = eliminate(normal);
  if (solution === null || solution.some((x) => !(x >= 0)) || !((solution[0] ?? 0) > 0)) return null;
  const values: [number, number, number] = [0, 0, 0];
  free.forEach((k, i) => {
    values[k] = (solution[i] ?? 0) / (sizes[i] ?? 1);
  });
  const error = rows.reduce(
    (sum, [a, b, c]) => sum + (a * values[0] + b * values[1] + c * values[2] - 1) ** 2,
    0,
  );
  return { coefficients: values, error };
}

/** Gauss's elimination with pivoting of a few equations, right side last; null when they do not decide. */
function eliminate(equations: readonly (readonly number[])[]): readonly number[] | null {
  const m = equations.map((row) => [...row]);
  const n = m.length;
  for (let k = 0; k < n; k++) {
    const pivot = m
      .slice(k)
      .reduce((best, row, i) => (Math.abs(row[k] ?? 0) > Math.abs(m[best]?.[k] ?? 0) ? k + i : best), k);
    const [row, other] = [m[pivot], m[k]];
    if (row === undefined || other === undefined || Math.abs(row[k] ?? 0) < 1e-13) return null;
    m[pivot] = other;
    m[k] = row;
    for (let i = 0; i < n; i++) {
      if (i === k) continue;
      const factor = (m[i]?.[k] ?? 0) / (row[k] ?? 1);
      m[i] = (m[i] ?? []).map((value, j) => value - factor * (row[j] ?? 0));
    }
  }
  return m.map((row, k) => (row[n] ?? 0) / (row[k] ?? 1));
}
