import { RUNS_WANTED } from '../../compare/compare-cell.ts';
import { MARGIN } from '../../compare/compared-metrics.ts';
import { interval, welchDifference } from '../../compare/statistics/difference.ts';
import type { CellRuns, RunGroup } from '../runs-report.ts';
import { type Finding, found, type RatioInterval } from './finding.ts';
import { closedCells } from './levels.ts';

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
  if (Math.min(before.length, after.length) < RUNS_WANTED) return null;
  const difference = welchDifference(before, after);
  const [low, high] = interval(difference, 0.95);
  return { ratio: Math.exp(difference.estimate), low: Math.exp(low), high: Math.exp(high) };
}

/** Yes when surely beyond the margin, no when surely within it. */
function matters(range: RatioInterval | null): 'yes' | 'no' | 'unclear' {
  if (range === null) return 'unclear';
  const { ratio, low, high } = range;
  if ((low > 1 || high < 1) && Math.abs(Math.log(ratio)) >= Math.log(1 + MARGIN.lower)) return 'yes';
  return low > 1 / (1 + MARGIN.lower) && high < 1 + MARGIN.lower ? 'no' : 'unclear';
}
