import type { RunSummary } from '../measure/run-summary.ts';
import type { Cell } from '../model/run.ts';
import { RUN_METRICS, valueOfRun } from './compared-metrics.ts';
import type { ComparisonNote, ComparisonObstacle, Extent } from './comparison-note.ts';
import type { MeasuredMetric, MeasuredMetrics } from './judge.ts';
import { settingDifferences } from './setting-differences.ts';
import { meanOf } from './statistics/averages.ts';
import { checkRepeatedBaseline, differenceOfRuns, type Side } from './statistics/difference.ts';
import { countingDifference, lengthsDiffer, lengthsNotKept, meanTokens } from './token-counting.ts';

/** The fewest runs of a side with an interval: with two, its factor is 13 standard errors. */
export const FEWEST_RUNS = 3;

/**
 * Hit rates of the sides may differ by this much. Runs that were made apart find what earlier ones left in the cache, and one
 * cold run of several moves the mean by a few points; `ab` isolates its runs, so that its limit can be 1 point.
 */
export const CACHE_TOLERANCE = 0.05;

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
 * @param accepted obstacles that are reported but prevent nothing
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
  const counting = countingDifference(validBefore, validAfter);
  const lengths = counting === null ? lengthNotes(validBefore, validAfter) : [];
  const extents = extentNotes(before, after);
  const may = {
    order: inTime(validBefore, validAfter),
    needEqualLengths: counting === null && lengths.length === 0,
    countTokens: counting === null,
    coverTheRun: extents.length === 0,
  };
  const drifted = driftNotes(
    validBefore,
    control.filter(({ valid }) => valid),
  );
  const metrics = RUN_METRICS.flatMap((metric) => measure(metric, validBefore, validAfter, may));
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
      ...(counting === null ? [] : [counting]),
      ...lengthsNotKept(validBefore, validAfter),
      ...lengths,
      ...extents,
      ...drifted,
    ],
  };
}

/** Which metrics of a cell may be judged. */
interface Comparable {
  /** The side of each run in the order of time. */
  readonly order: readonly Side[];
  readonly needEqualLengths: boolean;
  readonly countTokens: boolean;
  /** Figures of the whole run rather than of the positions that all runs have in common. */
  readonly coverTheRun: boolean;
}

function measure(
  metric: RunMetric,
  before: readonly RunSummary[],
  after: readonly RunSummary[],
  may: Comparable,
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
      difference: enough ? differenceOfRuns(logsBefore, logsAfter, may.order) : null,
      comparable:
        (may.needEqualLengths || !metric.needsEqualLengths) &&
        (may.countTokens || !metric.countsTokens) &&
        (may.coverTheRun || metric.statistic !== 'value'),
    },
  ];
}

/** The side of each run in the order in which they started. */
function inTime(before: readonly RunSummary[], after: readonly RunSummary[]): readonly Side[] {
  const at = (side: Side, runs: readonly RunSummary[]) =>
    runs.map(({ startedAt }) => ({ side, startedAtMs: Date.parse(startedAt) }));
  return [...at('before', before), ...at('after', after)]
    .sort((a, b) => a.startedAtMs - b.startedAtMs)
    .map(({ side }) => side);
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

/** One run represents each side: all runs of a side have the same settings. */
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

/** Nothing where a length is not known. */
function lengthNotes(before: readonly RunSummary[], after: readonly RunSummary[]): ComparisonNote[] {
  const [a, b] = [meanTokens(before), meanTokens(after)];
  if (a === null || b === null || !lengthsDiffer(a, b)) return [];
  const runs = [...before, ...after];
  const pinned = runs.every(({ settings }) => settings.lengths === 'pinned');
  const isImported = runs.some(({ settings }) => settings.origin !== undefined);
  return [{ kind: 'lengthsDiffer', before: a, after: b, pinned, ...(isImported ? { imported: true } : {}) }];
}

function extentNotes([before]: readonly RunSummary[], [after]: readonly RunSummary[]): ComparisonNote[] {
  if (before === undefined || after === undefined) return [];
  const [a, b] = [extentOf(before), extentOf(after)];
  if (a.requests === b.requests && a.durationUs === b.durationUs) return [];
  return [{ kind: 'extentsDiffer', before: a, after: b }];
}

function extentOf({ settings: { requests, durationUs } }: RunSummary): Extent {
  return { requests, durationUs };
}

function invalidNotes(runs: readonly RunSummary[]): ComparisonNote[] {
  return runs
    .filter(({ valid }) => !valid)
    .map(({ id, invalidReasons }) => ({ kind: 'runLeftOut', run: id, reasons: invalidReasons }));
}
