import type { RunSummary } from '../measure/run-summary.ts';
import type { Cell } from '../model/run.ts';
import { RUN_METRICS, valueOfRun } from './compared-metrics.ts';
import type { ComparisonNote, ComparisonObstacle } from './comparison-note.ts';
import type { MeasuredMetric, MeasuredMetrics } from './judge.ts';
import { settingDifferences } from './setting-differences.ts';
import { meanOf } from './statistics/averages.ts';
import { welchDifference } from './statistics/difference.ts';
import { checkRepeatedBaseline } from './statistics/repeated-baseline.ts';

/** The fewest runs of a side with an interval: with two, its factor is 13 standard errors. */
export const FEWEST_RUNS = 3;

/** Mean output tokens of the two sides may differ by this share before their answers count as of unequal length. */
const LENGTH_TOLERANCE = 0.005;

/**
 * Hit rates of the sides may differ by this much. Runs that were made apart find what earlier ones left in the cache, and one
 * cold run of several moves the mean by a few points; `ab` isolates its runs, so that its limit can be 1 point.
 */
const CACHE_TOLERANCE = 0.05;

/** Chance that repeated runs of a side that did not drift look as if it had. */
const DRIFT_ALPHA = 0.01;

export interface MeasuredCell extends MeasuredMetrics {
  readonly cell: Cell;
  readonly before: readonly RunSummary[];
  readonly after: readonly RunSummary[];
  readonly invalid: readonly CellInvalidity[];
  readonly notes: readonly ComparisonNote[];
}

/** What forbids to judge a cell. */
export type CellInvalidity = ComparisonObstacle['kind'] | 'noValidRuns' | 'lengthsDiffer' | 'machineDrifted';

/**
 * Puts numbers on one cell that both sides ran.
 * @param control runs of the first side that were repeated at the end; empty when there are none
 * @param accepted obstacles that are told but forbid nothing
 */
export function compareCell(
  cell: Cell,
  before: readonly RunSummary[],
  after: readonly RunSummary[],
  control: readonly RunSummary[] = [],
  accepted: readonly ComparisonObstacle['kind'][] = [],
): MeasuredCell {
  // Before runs are counted: no noise may turn what cannot be compared into a matter of more runs.
  const obstacles = [...settingsObstacle(before, after), ...cacheObstacle(before, after)];
  const standing = obstacles.filter(({ kind }) => !accepted.includes(kind));
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
      ...standing.map(({ kind }) => kind),
      ...(fewest === 0 ? (['noValidRuns'] as const) : []),
      ...(fewest >= FEWEST_RUNS && !open ? (['lengthsDiffer'] as const) : []),
      ...(drifted.length > 0 ? (['machineDrifted'] as const) : []),
    ],
    notes: [
      ...obstacles.map(
        (obstacle) =>
          ({ kind: standing.includes(obstacle) ? 'obstacle' : 'obstacleAccepted', obstacle }) as const,
      ),
      ...invalidNotes([...before, ...after, ...control]),
      ...lengthNotes(...lengths),
      ...drifted,
    ],
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

/** One run of each side stands for it: runs of one side were asked the same. */
function settingsObstacle(
  [before]: readonly RunSummary[],
  [after]: readonly RunSummary[],
): ComparisonObstacle[] {
  if (before === undefined || after === undefined) return [];
  const differences = settingDifferences(before.settings, after.settings);
  return differences.length === 0 ? [] : [{ kind: 'settings', differences }];
}

function cacheObstacle(before: readonly RunSummary[], after: readonly RunSummary[]): ComparisonObstacle[] {
  const [a, b] = [hitRate(before), hitRate(after)];
  if (a === null || b === null || Math.abs(a - b) <= CACHE_TOLERANCE) return [];
  return [{ kind: 'cache', before: a, after: b, limit: CACHE_TOLERANCE }];
}

/** Of all runs: the cache does not care why a run's latencies are not valid. */
function hitRate(runs: readonly RunSummary[]): number | null {
  const rates = runs.flatMap(({ server }) => server?.prefixCache?.hitRate ?? []);
  return rates.length === 0 ? null : meanOf(rates);
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
