import type { RunSummary } from '../../measure/run-summary.ts';
import type { Level } from '../findings/finding.ts';
import { arrivalLevels, closedCells, levelsOf, validCells } from '../findings/levels.ts';
import { kneeLevel } from '../findings/scaling.ts';
import type { Messages } from '../messages/messages.ts';
import { axisOf, type Chart, type Layer, type Plot } from '../plot/chart.ts';
import { type CellRuns, medianOver, type RunGroup } from '../runs-report.ts';

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
      ttftMs: medianOf(
        closedCells(group).filter(({ cell }) => cell.connections === connections),
        ({ ttftMs }) => ttftMs.p50,
      ),
    })),
  );
  return loadDrawing(axis, points, groups, messages);
}

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
      ttftMs: medianOf(
        validCells(group).filter(({ cell }) => cell.ratePerSec === arrivalsPerSec),
        ({ ttftResponseMs }) => ttftResponseMs.p50,
      ),
    })),
  );
  return loadDrawing(axis, points, groups, messages);
}

/** The median over the valid runs of some cells. */
function medianOf(cells: readonly CellRuns[], of: (run: RunSummary) => number | null): number | null {
  return medianOver(
    cells.flatMap(({ valid }) => valid),
    of,
  );
}

/** What one label gave at one load. */
export interface LoadPoint extends Omit<Level, 'connections'> {
  /** Number of the label. */
  readonly group: number;
  /** Connections, or arrivals per second. */
  readonly load: number;
  /** Null where nothing was streamed. */
  readonly ttftMs: number | null;
}

/** What the loads are, and how the drawing is called. */
export interface LoadAxis {
  readonly id: string;
  readonly title: string;
  readonly lead: string;
  readonly definition: readonly string[];
  readonly label: string;
  readonly header: string;
  readonly meanLatency: string;
  readonly ttft: string;
  readonly format: (load: number) => string;
  /** Loads that are marked, with their names. */
  readonly rules: readonly { readonly at: number; readonly label: string }[];
}

/** Rate and latency against the load, the labels over each other; null when there is no point. */
export function loadDrawing(
  axis: LoadAxis,
  points: readonly LoadPoint[],
  groups: readonly RunGroup[],
  messages: Messages,
): Plot | null {
  const { plots: w, quantities: q } = messages;
  if (points.length === 0) return null;
  const chart = (
    what: string,
    of: (point: LoadPoint) => number | null,
    format: (value: number) => string,
  ): Chart[] => {
    const values = points.flatMap((point) => {
      const y = of(point);
      const words = y === null ? [] : [axis.format(point.load), format(y)];
      return y === null ? [] : [{ group: point.group, x: point.load, y, words }];
    });
    const numbers = values.map(({ y }) => y);
    if (numbers.length === 0) return [];
    const [least, most] = [format(Math.min(...numbers)), format(Math.max(...numbers))];
    return [
      {
        kind: 'chart',
        description: w.load.description(what, axis.label, least, most),
        height: 300,
        x: axisOf(
          axis.label,
          values.map(({ x }) => x),
          axis.format,
        ),
        y: axisOf(what, numbers, format),
        layers: [
          ...axis.rules.map((rule): Layer => ({ kind: 'rule', ...rule })),
          ...groups.map(
            ({ label }, series): Layer => ({
              kind: 'linked-dots',
              series,
              tip: `${label} {0}: ${what} {1}`,
              points: values.filter(({ group }) => group === series),
            }),
          ),
        ],
      },
    ];
  };
  return {
    id: axis.id,
    wide: true,
    title: axis.title,
    lead: axis.lead,
    definition: axis.definition,
    legend: groups.map(({ label }, series) => ({ series, name: label })),
    drawings: [
      ...chart(w.requestsPerSec, ({ requestsPerSec }) => requestsPerSec, q.rate),
      ...chart(axis.meanLatency, ({ meanMs }) => meanMs, q.duration),
      ...chart(axis.ttft, ({ ttftMs }) => ttftMs, q.duration),
    ],
    table: {
      header: [axis.header, w.requestsPerSec, axis.meanLatency, w.load.runs, w.requests],
      rows: points.map((point) => [
        `${groups.length > 1 ? `${groups[point.group]?.label} ` : ''}${axis.format(point.load)}`,
        q.rate(point.requestsPerSec),
        q.duration(point.meanMs),
        String(point.runs),
        q.whole(point.requests),
      ]),
    },
  };
}
