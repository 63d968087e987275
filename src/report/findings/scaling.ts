import { FEWEST_RUNS } from '../../compare/compare-cell.ts';
import { MARGIN } from '../../compare/compared-metrics.ts';
import { interval, welchDifference } from '../../compare/statistics/difference.ts';
import type { CellRuns, RunGroup } from '../runs-report.ts';
import { type Finding, found, type Level, type RatioInterval } from './finding.ts';
import { cellFacts, closedCells, levelsOf, stepsOf } from './levels.ts';

/** Numbers of connections needed to find a knee: with two, one of them would always be it. */
const KNEE_LEVELS = 3;

/** The closed loop with the highest rate; that of an open one was asked for. */
export function bestCell(group: RunGroup): Finding[] {
  const cells = closedCells(group).flatMap((cell) => cellFacts(cell) ?? []);
  const [best] = [...cells].sort((a, b) => b.requestsPerSec - a.requestsPerSec);
  return best === undefined || cells.length < 2
    ? []
    : [found('bestCell', 'finding', { ...best, cells: cells.length })];
}

/** What each step to more connections gave and cost. */
export function scaling(group: RunGroup): Finding[] {
  return stepsOf(levelsOf(group)).map((step) => found('scaling', 'finding', step));
}

/**
 * Where latency starts to climb: the tested level with the highest rate ÷ mean latency (Kleinrock's power; "Power and
 * deterministic rules of thumb for probabilistic problems in computer communications", ICC 1979). Up to it the rate
 * grows faster than the latency, beyond it slower.
 */
export function knee(group: RunGroup): Finding[] {
  const levels = levelsOf(group);
  if (levels.length === 0) return [];
  if (levels.length < KNEE_LEVELS) {
    return [found('kneeTooFew', 'limit', { levels: levels.length, wanted: KNEE_LEVELS })];
  }
  const at = kneeIndex(levels);
  const [level, next] = [levels[at], levels[at + 1]];
  if (level === undefined) return [];
  if (at === 0) return [found('kneeOutside', 'finding', { side: 'below', levels })];
  if (next === undefined) return [found('kneeOutside', 'finding', { side: 'above', levels })];
  return [found('knee', 'finding', { knee: level, next, levels })];
}

/** The level where the knee lies within the tested range, else null. */
export function kneeLevel(group: RunGroup): Level | null {
  const levels = levelsOf(group);
  const at = kneeIndex(levels);
  return levels.length < KNEE_LEVELS || at === 0 || at === levels.length - 1 ? null : (levels[at] ?? null);
}

/** Rate ÷ mean latency, requests per second per second. */
export function powerOf({ requestsPerSec, meanMs }: Level): number {
  return requestsPerSec / (meanMs / 1e3);
}

function kneeIndex(levels: readonly Level[]): number {
  return levels.reduce((best, level, i) => {
    const highest = levels[best];
    return highest !== undefined && powerOf(level) > powerOf(highest) ? i : best;
  }, 0);
}

/** Whether threads matter: cells that have their connections in common and only their threads apart. */
export function threads(group: RunGroup): Finding[] {
  const byConnections = Map.groupBy(closedCells(group), ({ cell }) => cell.connections);
  return [...byConnections.values()].flatMap((cells) => {
    const byThreads = [...cells].sort((a, b) => a.cell.threads - b.cell.threads);
    const [few, many] = [byThreads[0], byThreads.at(-1)];
    return few === undefined || many === undefined || few === many ? [] : compare(few, many);
  });
}

function compare(few: CellRuns, many: CellRuns): Finding[] {
  const [before, after] = [logs(few), logs(many)];
  if (before.length === 0 || after.length === 0) return [];
  const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;
  const range = intervalOf(before, after);
  const facts = {
    connections: few.cell.connections,
    from: few.cell.threads,
    to: many.cell.threads,
    fromRuns: before.length,
    toRuns: after.length,
    ratio: Math.exp(mean(after) - mean(before)),
    interval: range,
    matters: matters(range),
    margin: MARGIN.lower,
  };
  return [found('threads', facts.matters === 'unclear' ? 'limit' : 'finding', facts)];
}

/** Logarithms of the runs' mean latencies. */
function logs({ valid }: CellRuns): readonly number[] {
  return valid.flatMap(({ e2elMs }) => (e2elMs.mean === null ? [] : [Math.log(e2elMs.mean)]));
}

function intervalOf(before: readonly number[], after: readonly number[]): RatioInterval | null {
  if (Math.min(before.length, after.length) < FEWEST_RUNS) return null;
  const difference = welchDifference(before, after);
  const [low, high] = interval(difference, 0.95);
  return { ratio: Math.exp(difference.estimate), low: Math.exp(low), high: Math.exp(high) };
}

/** Yes when beyond the margin with confidence, no when within it with confidence. */
function matters(range: RatioInterval | null): 'yes' | 'no' | 'unclear' {
  if (range === null) return 'unclear';
  const { ratio, low, high } = range;
  if ((low > 1 || high < 1) && Math.abs(Math.log(ratio)) >= Math.log(1 + MARGIN.lower)) return 'yes';
  return low > 1 / (1 + MARGIN.lower) && high < 1 + MARGIN.lower ? 'no' : 'unclear';
}
