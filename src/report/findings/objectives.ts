import { type CellRuns, meanOver, type RunGroup, sumOver } from '../runs-report.ts';
import { type CellGoodput, type Finding, found } from './finding.ts';
import { arrivalLevels, stepsOf, validCells } from './levels.ts';

/** A cell meets the objectives when this share of its requests does. */
const SHARE_WANTED = 0.99;

/** The cell that meets the objectives at the highest rate of good requests; nothing where none were asked for. */
export function objectives(group: RunGroup): Finding[] {
  const slo = group.runs.find(({ goodput }) => goodput !== null)?.goodput?.slo;
  const cells = validCells(group).flatMap(goodputOf);
  if (slo === undefined || cells.length === 0) return [];
  const [best] = cells
    .filter(({ share }) => share >= SHARE_WANTED)
    .sort((a, b) => b.goodPerSec - a.goodPerSec);
  const common = { slo, wanted: SHARE_WANTED, cells };
  if (best !== undefined) {
    return [
      found('sloCell', 'finding', { ...common, best }),
      found('sloPoint', 'recommendation', { slo, wanted: SHARE_WANTED, best }),
    ];
  }
  const [nearest] = [...cells].sort((a, b) => b.share - a.share);
  return nearest === undefined ? [] : [found('sloNone', 'finding', { ...common, nearest })];
}

function goodputOf({ cell, valid }: CellRuns): CellGoodput[] {
  const share = meanOver(valid, ({ goodput }) => goodput?.share ?? null);
  const goodPerSec = meanOver(valid, ({ goodput }) => goodput?.requestsPerSec ?? null);
  if (share === null || goodPerSec === null) return [];
  const requests = sumOver(valid, (run) => run.requests);
  return [{ cell, share, goodPerSec, runs: valid.length, requests }];
}

/** What each step to more arrivals gave and cost in an open loop. */
export function arrivals(group: RunGroup): Finding[] {
  return stepsOf(arrivalLevels(group)).map((step) => found('arrivals', 'finding', step));
}
