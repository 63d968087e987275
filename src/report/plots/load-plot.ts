import { medianOver, type RunGroup } from '../cells.ts';
import { closedCells, levelsOf } from '../findings/levels.ts';
import { kneeLevel } from '../findings/scaling.ts';
import type { Messages } from '../messages/messages.ts';
import type { Plot } from '../plot/chart.ts';
import { loadDrawing } from './load-drawing.ts';

/** Rate and latency against connections with the knee marked; null when no closed loop is valid. */
export function loadPlot(groups: readonly RunGroup[], messages: Messages): Plot | null {
  const { plots: w, matrix } = messages;
  const knees = new Set(groups.flatMap((group) => kneeLevel(group)?.connections ?? []));
  const axis = {
    id: 'load',
    title: w.load.title,
    lead: w.load.lead,
    definition: w.load.definition,
    label: w.connections,
    header: matrix.header.connections,
    meanLatency: w.meanLatency,
    ttft: w.load.ttft,
    format: String,
    rules: [...knees].map((at) => ({ at, label: w.knee(at) })),
  };
  const points = groups.flatMap((group, i) =>
    levelsOf(group).map(({ connections, ...level }) => ({
      ...level,
      group: i,
      load: connections,
      ttftMs: ttftOf(group, connections),
    })),
  );
  return loadDrawing(axis, points, groups, messages);
}

function ttftOf(group: RunGroup, connections: number): number | null {
  const cells = closedCells(group).filter(({ cell }) => cell.connections === connections);
  return medianOver(
    cells.flatMap(({ valid }) => valid),
    ({ ttftMs }) => ttftMs.p50,
  );
}
