import { FEWEST_RUNS } from '../../compare/compare-cell.ts';
import { isSufficient, sufficientSample } from '../../measure/sample.ts';
import { meanOver, type RunGroup } from '../runs-report.ts';
import { CAPACITY_LEVELS } from './capacity.ts';
import { type Finding, found, type Level } from './finding.ts';
import { cellFacts, closedCells, levelsOf, validCells } from './levels.ts';
import { kneeLevel } from './scaling.ts';

/** The share of failed requests beyond which a run itself is not valid. */
const ERROR_LIMIT = 0.01;

/** How to run the server, as far as the tested cells show. */
export function settings(group: RunGroup): Finding[] {
  const level = kneeLevel(group);
  const cells = closedCells(group).flatMap((cell) => cellFacts(cell) ?? []);
  const [best] = [...cells].sort((a, b) => b.requestsPerSec - a.requestsPerSec);
  const throughput =
    best === undefined || cells.length < 2 || best.cell.connections === level?.connections
      ? []
      : [found('highestThroughput', 'recommendation', best)];
  if (level === null) return throughput;
  return [
    found('workingPoint', 'recommendation', { level }),
    ...throughput,
    found('scaleOut', 'recommendation', { level }),
  ];
}

/** What to watch, with the thresholds that the tested cells suggest. */
export function watch(group: RunGroup): Finding[] {
  const level = kneeLevel(group);
  if (validCells(group).length === 0) return [];
  return [
    ...(level === null ? [] : [found('watchRunning', 'recommendation', { connections: level.connections })]),
    ...(level === null ? [] : watchLatency(group, level)),
    found('watchErrors', 'recommendation', { limit: ERROR_LIMIT }),
  ];
}

/** The highest percentile of the knee's cell that its sample carries. */
function watchLatency(group: RunGroup, { connections }: Level): Finding[] {
  const cellAt = closedCells(group).find(({ cell }) => cell.connections === connections);
  if (cellAt === undefined) return [];
  const requests = Math.min(...cellAt.valid.map(({ e2elMs }) => e2elMs.count));
  const percentile = isSufficient('p99', requests) ? 'p99' : 'p90';
  const ms = meanOver(cellAt.valid, ({ e2elMs }) => e2elMs[percentile]);
  if (ms === null || !isSufficient(percentile, requests)) return [];
  return [found('watchLatency', 'recommendation', { cell: cellAt.cell, percentile, ms, requests })];
}

/** What to run next, so that the report can say what it cannot say yet. */
export function measureNext(group: RunGroup): Finding[] {
  const cells = validCells(group);
  const levels = levelsOf(group);
  const advice: Finding[] = [];
  if (cells.length === 0) return [];
  if (cells.some(({ valid }) => valid.length < FEWEST_RUNS)) {
    advice.push(found('addRepeats', 'recommendation', { wanted: FEWEST_RUNS }));
  }
  if (levels.length < CAPACITY_LEVELS && levels.length > 0) {
    advice.push(found('addConnections', 'recommendation', { connections: between(levels) }));
  }
  const slow = cells.flatMap(({ valid }) => valid).filter(({ e2elMs }) => !isSufficient('p99', e2elMs.count));
  const seconds = Math.max(...slow.map((run) => sufficientSample('p99') / run.servedRequestsPerSec));
  if (Number.isFinite(seconds)) {
    advice.push(
      found('addRequests', 'recommendation', {
        wanted: sufficientSample('p99'),
        seconds: Math.ceil(seconds / 10) * 10,
      }),
    );
  }
  if (cells.every(({ valid }) => valid.every(({ ttftMs }) => ttftMs.count === 0))) {
    advice.push(found('addStream', 'recommendation', {}));
  }
  return advice;
}

/** Numbers of connections that lie between the tested ones, and one beyond them. */
function between(levels: readonly Level[]): readonly number[] {
  const tested = levels.map(({ connections }) => connections);
  const last = tested.at(-1) ?? 1;
  const middles = tested.slice(1).map((n, i) => Math.round(Math.sqrt(n * (tested[i] ?? n))));
  return [...new Set([...middles, 2 * last])].filter((n) => !tested.includes(n));
}
