import type { RunSummary } from '../measure/run-summary.ts';
import type { Cell } from '../model/run.ts';
import { METRICS, type Metric } from './metrics.ts';
import { type Difference, welchDifference } from './welch.ts';

/** Runs a side below this give no interval: with two, its factor is 13 standard errors. */
export const RUNS_WANTED = 3;

/** Mean output tokens of the two sides may differ by this share before their answers count as of unequal length. */
const LENGTH_TOLERANCE = 0.005;

/** One metric in one cell, not yet judged. */
export interface MeasuredMetric {
  readonly metric: Metric;
  /** Geometric means over valid runs. */
  readonly before: number;
  readonly after: number;
  /** Of the logarithms; null when a side has too few runs for one. */
  readonly difference: Difference | null;
  /** False when the sides' answers differ in length and the metric depends on it. */
  readonly comparable: boolean;
}

export interface MeasuredCell {
  readonly cell: Cell;
  readonly before: readonly RunSummary[];
  readonly after: readonly RunSummary[];
  readonly metrics: readonly MeasuredMetric[];
  readonly notes: readonly string[];
}

/** Puts numbers on one cell that both sides ran. */
export function compareCell(
  cell: Cell,
  before: readonly RunSummary[],
  after: readonly RunSummary[],
): MeasuredCell {
  const validBefore = before.filter(({ valid }) => valid);
  const validAfter = after.filter(({ valid }) => valid);
  const lengths = [meanLength(validBefore), meanLength(validAfter)] as const;
  const equal = equalLengths(...lengths);
  return {
    cell,
    before,
    after,
    metrics: METRICS.flatMap((metric) => measure(metric, validBefore, validAfter, equal)),
    notes: [...invalidNotes([...before, ...after]), ...(equal ? [] : [lengthNote(...lengths)])],
  };
}

function measure(
  metric: Metric,
  before: readonly RunSummary[],
  after: readonly RunSummary[],
  equalLengths: boolean,
): MeasuredMetric[] {
  const logs = (runs: readonly RunSummary[]): number[] =>
    runs.map(metric.of).flatMap((value) => (value !== null && value > 0 ? [Math.log(value)] : []));
  const logsBefore = logs(before);
  const logsAfter = logs(after);
  // A metric that some run lacks is not comparable with runs that have it.
  if (logsBefore.length < before.length || logsAfter.length < after.length) return [];
  if (logsBefore.length === 0 || logsAfter.length === 0) return [];
  const enough = Math.min(logsBefore.length, logsAfter.length) >= RUNS_WANTED;
  return [
    {
      metric,
      before: Math.exp(mean(logsBefore)),
      after: Math.exp(mean(logsAfter)),
      difference: enough ? welchDifference(logsBefore, logsAfter) : null,
      comparable: equalLengths || !metric.needsEqualLengths,
    },
  ];
}

/** Output tokens per ok request; null when no run knows. */
function meanLength(runs: readonly RunSummary[]): number | null {
  const requests = runs.reduce((sum, { outcomes }) => sum + (outcomes.ok ?? 0), 0);
  const tokens = runs.reduce((sum, { completionTokens }) => sum + completionTokens, 0);
  return requests === 0 || tokens === 0 ? null : tokens / requests;
}

function equalLengths(before: number | null, after: number | null): boolean {
  if (before === null || after === null) return true;
  return Math.abs(after / before - 1) <= LENGTH_TOLERANCE;
}

function lengthNote(before: number | null, after: number | null): string {
  return (
    `answers had ${before?.toFixed(1)} tokens before and ${after?.toFixed(1)} after: E2EL and throughput are not ` +
    'compared; replay both sides with pinned lengths'
  );
}

function invalidNotes(runs: readonly RunSummary[]): string[] {
  return runs
    .filter(({ valid }) => !valid)
    .map(({ id, invalidReasons }) => `run ${id} is left out: ${invalidReasons.join('; ')}`);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, x) => sum + x, 0) / values.length;
}
