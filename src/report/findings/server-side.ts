import type { RunSummary } from '../../measure/run-summary.ts';
import { isSufficient } from '../../measure/sample.ts';
import { type CellRuns, meanOver, type RunGroup, sumOver } from '../runs-report.ts';
import { type CellQueueing, type Finding, type FindingFacts, found, type RunHits } from './finding.ts';
import { validCells } from './levels.ts';

/** Requests queue when they wait this share of their time in the server. */
const QUEUE_SHARE = 0.05;

/** A server cannot see a request for longer than its client does; above this ratio its clock or its requests are others. */
const LONGER_THAN_CLIENT = 1.5;

/** Hit rates that differ by more than this between runs of a cell are of caches in another state. */
const WARMED = 0.05;

/** Whether requests waited in the server before they ran, and whether it ran out of KV cache. */
export function queueing(group: RunGroup): Finding[] {
  const cells = validCells(group);
  const impossible = cells.flatMap(clockOf);
  // One clock for all loads: where it cannot be believed once, no time of this server is shown.
  const waits = impossible.length > 0 ? [] : cells.flatMap(waitOf);
  const preempted = cells.flatMap(({ cell, valid }) => {
    const preemptions = sumOver(valid, ({ server }) => server?.preemptions ?? 0);
    return preemptions > 0 ? [{ cell, preemptions }] : [];
  });
  return [
    ...queueFinding(waits),
    ...impossible.slice(0, 1).map((clock) => found('serverClock', 'limit', clock)),
    ...(preempted.length === 0 ? [] : [found('preemptions', 'finding', { cells: preempted })]),
    ...(cells.length > 0 && waits.length === 0 && impossible.length === 0
      ? [found('causeUnknown', 'limit', { asked: group.runs.some(({ server }) => server !== null) })]
      : []),
  ];
}

function queueFinding(waits: readonly CellQueueing[]): Finding[] {
  const from = waits.find(({ share }) => share >= QUEUE_SHARE);
  const [most] = [...waits].sort((a, b) => b.share - a.share);
  if (from !== undefined) return [found('queueing', 'finding', { from, cells: waits, limit: QUEUE_SHARE })];
  return most === undefined
    ? []
    : [found('noQueueing', 'finding', { most, cells: waits.length, limit: QUEUE_SHARE })];
}

function clockOf({ cell, valid }: CellRuns): FindingFacts['serverClock'][] {
  const serverMs = meanOver(valid, ({ server }) => server?.e2elMs ?? null);
  const clientMs = meanOver(valid, ({ e2elMs }) => e2elMs.mean);
  return serverMs === null || clientMs === null || serverMs <= clientMs * LONGER_THAN_CLIENT
    ? []
    : [{ cell, serverMs, clientMs, limit: LONGER_THAN_CLIENT }];
}

function waitOf({ cell, valid }: CellRuns): CellQueueing[] {
  const queueMs = meanOver(valid, ({ server }) => server?.queueMs ?? null);
  const e2elMs = meanOver(valid, ({ server }) => server?.e2elMs ?? null);
  return queueMs === null || e2elMs === null || e2elMs <= 0
    ? []
    : [{ cell, queueMs, share: queueMs / e2elMs }];
}

/** What the server's prefix cache served, and whether later runs found what earlier ones had left there. */
export function prefixCache(group: RunGroup): Finding[] {
  const cells = validCells(group).flatMap(({ cell, valid }) => {
    const known = valid.flatMap(({ server }) => server?.prefixCache ?? []);
    const hitRate = meanOver(valid, hitRateOf);
    return hitRate === null ? [] : [{ cell, hitRate, known }];
  });
  const sorted = [...cells].sort((a, b) => a.hitRate - b.hitRate);
  const [low, high] = [sorted[0], sorted.at(-1)];
  if (low === undefined || high === undefined) return [];
  const known = cells.flatMap((cell) => cell.known);
  const hits = known.reduce((sum, one) => sum + one.hits, 0);
  const queries = known.reduce((sum, one) => sum + one.queries, 0);
  const unit = known[0]?.unit ?? 'tokens';
  return [
    found('prefixCache', 'finding', {
      hitRate: hits / queries,
      range: low === high ? null : { low, high },
      hits,
      queries,
      unit,
    }),
    ...validCells(group).flatMap(warmed),
  ];
}

function warmed({ cell, valid }: CellRuns): Finding[] {
  const known = valid.filter((run) => hitRateOf(run) !== null);
  const [first, last] = [known[0], known.at(-1)];
  if (first === undefined || last === undefined || last.settings.cache !== 'warm') return [];
  const [before, after] = [hitsOf(first), hitsOf(last)];
  return after.hitRate - before.hitRate <= WARMED
    ? []
    : [found('prefixWarmed', 'limit', { cell, first: before, last: after, margin: WARMED })];
}

function hitsOf(run: RunSummary): RunHits {
  const { id, ttftMs } = run;
  return {
    run: id,
    hitRate: hitRateOf(run) ?? 0,
    ttftMs: isSufficient('p50', ttftMs.count) ? ttftMs.p50 : null,
  };
}

function hitRateOf({ server }: RunSummary): number | null {
  return server?.prefixCache?.hitRate ?? null;
}
