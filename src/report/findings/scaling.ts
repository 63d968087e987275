import type { RunGroup } from '../runs-report.ts';
import { type Finding, found, type Level } from './finding.ts';
import { cellFacts, closedCells, levelsOf } from './levels.ts';

/** Numbers of connections that a knee wants: with two, one of them would always be it. */
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
  const levels = levelsOf(group);
  return levels.slice(1).flatMap((to, i) => {
    const from = levels[i];
    return from === undefined ? [] : [found('scaling', 'finding', { from, to })];
  });
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
