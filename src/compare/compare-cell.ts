import type { RunSummary } from '../measure/run-summary.ts';
import type { Cell } from '../model/run.ts';
import { RUN_METRICS, valueOfRun } from './compared-metrics.ts';
import type { ComparisonNote } from './comparison-note.ts';
import type { MeasuredMetric, MeasuredMetrics } from './judge.ts';
import { meanOf } from './statistics/averages.ts';
import { welchDifference } from './statistics/difference.ts';
import { checkRepeatedBaseline } from './statistics/repeated-baseline.ts';

/** The fewest runs of a side with an interval: with two, its factor is 13 standard errors. */
export const FEWEST_RUNS = 3;

/** Mean output tokens of the two sides may differ by this share before their answers count as of unequal length. */
const LENGTH_TOLERANCE = 0.005;

/** Chance that repeated runs of a side that did not drift look as if it had. */
const DRIFT_ALPHA = 0.01;

export interface MeasuredCell extends MeasuredMetrics {
  readonly cell: Cell;
  readonly before: readonly RunSummary[];
  readonly after: readonly RunSummary[];
  readonly invalid: readonly ('noValidRuns' | 'lengthsDiffer' | 'machineDrifted')[];
  readonly notes: readonly ComparisonNote[];
}

/**
 * Puts numbers on one cell that both sides ran.
 * @param control runs of the first side that were repeated at the end; empty when there are none
 */
export function compareCell(
  cell: Cell,
  before: readonly RunSummary[],
  after: readonly RunSummary[],
  control: readonly RunSummary[] = [],
): MeasuredCell {
  const validBefore = before.filter(({ valid }) => valid);
  const validAfter = after.filter(({ valid }) => valid);
  const lengths = [meanLength(validBefore), meanLength(validAfter)] as const;
  const equal = lengthNotes(...lengths).length === 0;
  const drifted = driftNotes(
    validBefore,
    control.filter(({ valid }) => valid),
  );
  const metrics = RUN_METRICS.flatMap((metric) => measure(metric, validBefore, validAfter, equal));
  const fewest = Math.min(validBefore.length, validAfter.length);
  const open = metrics.some(({ metric, comparable }) => metric.gating && comparable);
  return {
    cell,
    before,
    after,
    metrics,
    primary: null,
    invalid: [
      ...(fewest === 0 ? (['noValidRuns'] as const) : []),
      ...(fewest >= FEWEST_RUNS && !open ? (['lengthsDiffer'] as const) : []),
      ...(drifted.length > 0 ? (['machineDrifted'] as const) : []),
    ],
    notes: [...invalidNotes([...before, ...after, ...control]), ...lengthNotes(...lengths), ...drifted],
  };
}

function measure(
  metric: RunMetric,
  before: readonly RunSummary[],
  after: readonly RunSummary[],
  equalLengths: boolean,
): MeasuredMetric[] {
  const logsBefore = logsOf(metric, before);
  const logsAfter = logsOf(metric, after);
  // A metric that some run lacks is not comparable with runs that have it.
  if (logsBefore.length < before.length || logsAfter.length < after.length) return [];
  if (logsBefore.length === 0 || logsAfter.length === 0) return [];
  const enough = Math.min(logsBefore.length, logsAfter.length) >= FEWEST_RUNS;
  return [
    {
      metric,
      before: Math.exp(meanOf(logsBefore)),
      after: Math.exp(meanOf(logsAfter)),
      difference: enough ? welchDifference(logsBefore, logsAfter) : null,
      comparable: equalLengths || !metric.needsEqualLengths,
    },
  ];
}

type RunMetric = (typeof RUN_METRICS)[number];

function logsOf(metric: RunMetric, runs: readonly RunSummary[]): number[] {
  return runs.flatMap((run) => {
    const value = valueOfRun(run, metric);
    return value !== null && value > 0 ? [Math.log(value)] : [];
  });
}

/** Whether the first side's repeated runs show a drift, over the gating metrics as one family. */
function driftNotes(before: readonly RunSummary[], control: readonly RunSummary[]): ComparisonNote[] {
  if (before.length < FEWEST_RUNS || control.length === 0) return [];
  const gating = RUN_METRICS.filter((metric) => metric.gating);
  return gating.flatMap((metric) => {
    const [first, repeated] = [logsOf(metric, before), logsOf(metric, control)];
    if (first.length < before.length || repeated.length === 0) return [];
    const { ratio, low, high, within } = checkRepeatedBaseline(
      first,
      repeated,
      1 - DRIFT_ALPHA / gating.length,
    );
    return within ? [] : [{ kind: 'machineDrifted', metric: metric.key, ratio, low, high }];
  });
}

/** Output tokens per ok request; null when no run knows. */
function meanLength(runs: readonly RunSummary[]): number | null {
  const requests = runs.reduce((sum, { outcomes }) => sum + (outcomes.ok ?? 0), 0);
  const tokens = runs.reduce((sum, { completionTokens }) => sum + completionTokens, 0);
  return requests === 0 || tokens === 0 ? null : tokens / requests;
}

/** Nothing where a length is not known. */
function lengthNotes(before: number | null, after: number | null): ComparisonNote[] {
  if (before === null || after === null || Math.abs(after / before - 1) <= LENGTH_TOLERANCE) return [];
  return [{ kind: 'lengthsDiffer', before, after }];
}

function invalidNotes(runs: readonly RunSummary[]): ComparisonNote[] {
  return runs
    .filter(({ valid }) => !valid)
    .map(({ id, invalidReasons }) => ({ kind: 'runLeftOut', run: id, reasons: invalidReasons }));
}
