import { medianOver, type RunGroup } from '../cells.ts';
import { arrivalLevels, validCells } from '../findings/levels.ts';
import type { Messages } from '../messages/messages.ts';
import type { Plot } from '../plot/chart.ts';
import { loadDrawing } from './load-drawing.ts';

/** Answers and response times against arrivals; null when no open loop is valid. */
export function arrivalsPlot(groups: readonly RunGroup[], messages: Messages): Plot | null {
  const { plots: w, matrix, quantities: q } = messages;
  const axis = {
    id: 'load-arrivals',
    title: w.arrivals.title,
    lead: w.arrivals.lead,
    definition: w.arrivals.definition,
    label: w.arrivals.perSec,
    header: matrix.header.arrivals,
    meanLatency: w.arrivals.meanLatency,
    ttft: w.arrivals.ttft,
    format: q.times,
    rules: [],
  };
  const points = groups.flatMap((group, i) =>
    arrivalLevels(group).map(({ arrivalsPerSec, ...level }) => ({
      ...level,
      group: i,
      load: arrivalsPerSec,
      ttftMs: ttftOf(group, arrivalsPerSec),
    })),
  );
  return loadDrawing(axis, points, groups, messages);
}

function ttftOf(group: RunGroup, arrivalsPerSec: number): number | null {
  const cells = validCells(group).filter(({ cell }) => cell.ratePerSec === arrivalsPerSec);
  return medianOver(
    cells.flatMap(({ valid }) => valid),
    ({ ttftResponseMs }) => ttftResponseMs.p50,
  );
}
