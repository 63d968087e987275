import { meanOf } from './averages.ts';
import { type Difference, pValue } from './difference.ts';

/** A straight line through values that were taken one after the other. */
export interface Trend {
  /** What the line changes from the first value to the last. */
  readonly change: number;
  /** Two-sided probability of a change at least as large if there were none. */
  readonly p: number;
}

/**
 * Fits a straight line by least squares to groups of values that share its slope but not its level.
 * @param groups for each its values with their place in time
 * @returns null when there are too few values to tell a trend from noise
 */
export function commonTrend(groups: readonly (readonly { at: number; value: number }[])[]): Trend | null {
  const points = groups.flatMap((group) => {
    const at = meanOf(group.map((p) => p.at));
    const value = meanOf(group.map((p) => p.value));
    return group.map((p) => ({ x: p.at - at, y: p.value - value }));
  });
  const df = points.length - groups.length - 1;
  const sxx = sum(points.map(({ x }) => x * x));
  if (df < 1 || sxx === 0) return null;
  const slope = sum(points.map(({ x, y }) => x * y)) / sxx;
  const residual = sum(points.map(({ x, y }) => (y - slope * x) ** 2)) / df;
  const line: Difference = { estimate: slope, standardError: Math.sqrt(residual / sxx), df };
  const places = groups.flat().map(({ at }) => at);
  return { change: slope * (Math.max(...places) - Math.min(...places)), p: pValue(line) };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, x) => total + x, 0);
}
