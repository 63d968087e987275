import { WHOLE_ANSWER } from '../../measure/metric-table.ts';
import type { RunSummary } from '../../measure/run-summary.ts';
import { isSufficient } from '../../measure/sample.ts';
import { cellName } from '../../model/run.ts';
import { arrivalLevels, closedCells, levelsOf, validCells } from '../findings/levels.ts';
import { kneeLevel } from '../findings/scaling.ts';
import { fewest } from '../matrix.ts';
import type { Messages } from '../messages/messages.ts';
import { axisOf, type Chart, type ChartPoint, type Layer, type Plot } from '../plot/chart.ts';
import { meanOver, type RunGroup } from '../runs-report.ts';
import { labelSeries } from './cell-series.ts';

/** Rate and latency against connections with each label's knee marked; null when no closed loop is valid. */
export function loadPlot(groups: readonly RunGroup[], messages: Messages): Plot | null {
  const { plots: w, matrix } = messages;
  const merged = groups.flatMap((group) =>
    [...Map.groupBy(closedCells(group), ({ cell }) => cell.connections).values()].filter(
      (cells) => cells.length > 1,
    ),
  );
  const axis = {
    id: 'load',
    title: w.load.title,
    lead: w.load.lead,
    definition: [
      ...w.load.definition,
      ...[
        ...new Set(merged.map((cells) => cells.map(({ cell }) => cellName(cell)).join(messages.comma))),
      ].map(w.load.merged),
    ],
    label: w.connections,
    header: matrix.header.connections,
    meanLatency: w.meanLatency,
    ttft: w.load.ttft,
    format: String,
    rules: groups
      .flatMap((group, i) => {
        const at = kneeLevel(group)?.connections;
        return at === undefined ? [] : [{ at, label: w.knee(at), series: labelSeries(i, groups.length) }];
      })
      .map((rule, i, all) => (all.findIndex(({ at }) => at === rule.at) < i ? { ...rule, label: '' } : rule)),
  };
  const points = groups.flatMap((group, i) =>
    levelsOf(group).map((level) => ({
      group: i,
      load: level.connections,
      requests: level.requests,
      runs: closedCells(group)
        .filter(({ cell }) => cell.connections === level.connections)
        .flatMap(({ valid }) => valid),
    })),
  );
  const figures = { mean: (run: RunSummary) => run.e2elMs.mean, ttft: (run: RunSummary) => run.ttftMs.p50 };
  return loadDrawing(axis, points, figures, groups, messages);
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
    arrivalLevels(group).map((level) => ({
      group: i,
      load: level.arrivalsPerSec,
      requests: level.requests,
      runs: validCells(group)
        .filter(({ cell }) => cell.ratePerSec === level.arrivalsPerSec)
        .flatMap(({ valid }) => valid),
    })),
  );
  const figures = {
    mean: (run: RunSummary) => run.responseMs.mean,
    ttft: (run: RunSummary) => run.ttftResponseMs.p50,
  };
  return loadDrawing(axis, points, figures, groups, messages);
}

/** What one label gave at one load. */
interface LoadPoint {
  /** Number of the label. */
  readonly group: number;
  /** Connections, or arrivals per second. */
  readonly load: number;
  readonly requests: number;
  /** The valid ones. */
  readonly runs: readonly RunSummary[];
}

/** What the loads are, and how the drawing is called. */
interface LoadAxis {
  readonly id: string;
  readonly title: string;
  readonly lead: string;
  readonly definition: readonly string[];
  readonly label: string;
  readonly header: string;
  readonly meanLatency: string;
  readonly ttft: string;
  readonly format: (load: number) => string;
  /** Loads that are marked, with their names, each in the colour of its label. */
  readonly rules: readonly { readonly at: number; readonly label: string; readonly series: number }[];
}

type FigureOf = (run: RunSummary) => number | null;

/** Rate and latency against the load, the labels over each other; null when there is no point. */
function loadDrawing(
  axis: LoadAxis,
  points: readonly LoadPoint[],
  figures: { readonly mean: FigureOf; readonly ttft: FigureOf },
  groups: readonly RunGroup[],
  messages: Messages,
): Plot | null {
  const { plots: w, quantities: q } = messages;
  if (points.length === 0) return null;
  const served: FigureOf = (run) => run.servedRequestsPerSec;
  const chart = (what: string, of: FigureOf, format: (value: number) => string): Chart[] => {
    const values = points.flatMap((point) => {
      const y = meanOver(point.runs, of);
      if (y === null) return [];
      const words = [axis.format(point.load), format(y)];
      return [{ group: point.group, x: point.load, y, words, range: rangeOf(point.runs, of) }];
    });
    const numbers = values.flatMap(({ y, range }) => [y, ...(range ?? [])]);
    if (numbers.length === 0) return [];
    const [least, most] = [format(Math.min(...numbers)), format(Math.max(...numbers))];
    const xs = values.map(({ x }) => x);
    return [
      {
        kind: 'chart',
        description: w.load.description(what, axis.label, least, most),
        height: 230,
        x: axisOf(axis.label, xs, axis.format),
        y: axisOf(what, numbers, format),
        layers: [
          ...axis.rules.map((rule): Layer => ({ kind: 'rule', ...rule })),
          ...groups.map(
            ({ label }, i): Layer => ({
              kind: 'linked-dots',
              series: labelSeries(i, groups.length),
              tip: `${label} {0}: ${what} {1}`,
              points: values.filter(({ group }) => group === i),
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
    legend: legendOf(groups),
    drawings: [
      ...chart(w.requestsPerSec, served, q.rate),
      ...chart(axis.meanLatency, figures.mean, q.duration),
      ...chart(axis.ttft, figures.ttft, q.duration),
    ],
    table: {
      header: [axis.header, w.requestsPerSec, axis.meanLatency, w.load.runs, w.requests],
      rows: points.map((point) => [
        `${groups.length > 1 ? `${groups[point.group]?.label} ` : ''}${axis.format(point.load)}`,
        q.rate(meanOver(point.runs, served)),
        q.duration(meanOver(point.runs, figures.mean)),
        String(point.runs.length),
        q.whole(point.requests),
      ]),
    },
  };
}

function legendOf(groups: readonly RunGroup[]): NonNullable<Plot['legend']> {
  return groups.map(({ label }, i) => ({ series: labelSeries(i, groups.length), name: label }));
}

/** The lowest and highest run; null of one. */
function rangeOf(runs: readonly RunSummary[], of: FigureOf): readonly [number, number] | null {
  const values = runs.flatMap((run) => of(run) ?? []);
  return values.length < 2 ? null : [Math.min(...values), Math.max(...values)];
}

/** Latency limits that a load curve shows. */
export interface CurveLimits {
  readonly e2elMs: number | null;
  readonly ttftMs: number | null;
}

/**
 * Latency over what was served: a point a load, joined from low to high, each run as a dot, and the limit as a line. Null
 * without two loads of which something was served.
 */
export function loadCurve(groups: readonly RunGroup[], limits: CurveLimits, messages: Messages): Plot | null {
  const { plots: w, quantities: q } = messages;
  const tokens = groups.some(({ runs }) => runs.some((run) => (run.servedOutputTokensPerSec ?? 0) > 0));
  const rate: FigureOf = (run) => (tokens ? run.servedOutputTokensPerSec : run.servedRequestsPerSec);
  const unit = tokens ? w.curve.tokens : w.requestsPerSec;
  const all = groups.map((group) =>
    validCells(group).map((cell) => ({ cell, at: meanOver(cell.valid, rate) })),
  );
  if (Math.max(...all.map((cells) => cells.length), 0) < 2) return null;
  const chart = (what: string, of: FigureOf, limit: number | null): Chart[] => {
    const lines = all.map((cells) =>
      cells.flatMap(({ cell, at }): ChartPoint[] => {
        const y = meanOver(cell.valid, of);
        if (at === null || y === null || at <= 0) return [];
        return [{ x: at, y, words: [cellName(cell.cell), q.rate(at), q.duration(y)] }];
      }),
    );
    const dots = groups.map((group) =>
      validCells(group).flatMap(({ valid, cell }) =>
        valid.flatMap((run): ChartPoint[] => {
          const [x, y] = [rate(run), of(run)];
          return x === null || y === null
            ? []
            : [{ x, y, words: [`${cellName(cell)} #${run.id}`, q.rate(x), q.duration(y)] }];
        }),
      ),
    );
    const shown = [...lines, ...dots].flat();
    if (shown.length === 0) return [];
    const tip = (label: string): string => `${label} {0}: {1} ${unit}, ${what} {2}`;
    return [
      {
        kind: 'chart',
        description: w.curve.description(what, groups.length),
        height: 250,
        x: axisOf(
          unit,
          shown.map(({ x }) => x),
          q.rate,
        ),
        y: axisOf(what, [...shown.map(({ y }) => y), ...(limit === null ? [] : [limit])], q.duration, 'log'),
        layers: [
          ...(limit === null
            ? []
            : [{ kind: 'level', at: limit, label: w.curve.limit(q.given(limit)) } as const]),
          ...dots.map(
            (points, i): Layer => ({
              kind: 'dots',
              series: labelSeries(i, groups.length),
              tip: tip(groups[i]?.label ?? ''),
              points,
            }),
          ),
          ...lines.map(
            (points, i): Layer => ({
              kind: 'linked-dots',
              series: labelSeries(i, groups.length),
              tip: tip(groups[i]?.label ?? ''),
              points,
            }),
          ),
        ],
      },
    ];
  };
  const cells = groups.flatMap(validCells);
  const tail = (['p99', 'p95', 'p90'] as const).find((p) =>
    cells.every((cell) => isSufficient(p, fewest(cell, WHOLE_ANSWER))),
  );
  const drawings = [
    ...chart(w.curve.e2el, (run) => run.e2elMs.p50, limits.e2elMs),
    ...(tail === undefined ? [] : chart(`E2EL ${tail}`, (run) => run.e2elMs[tail], limits.e2elMs)),
    ...chart(w.load.ttft, (run) => run.ttftMs.p50, limits.ttftMs),
  ];
  if (drawings.length === 0) return null;
  return {
    id: 'load-curve',
    wide: true,
    title: w.curve.title,
    lead: w.curve.lead,
    definition: w.curve.definition,
    legend: legendOf(groups),
    drawings,
    table: {
      header: [w.cell, unit, w.curve.e2el, w.load.ttft, w.load.runs],
      rows: groups.flatMap((group, i) =>
        (all[i] ?? []).map(({ cell, at }) => [
          groups.length > 1 ? `${cellName(cell.cell)} ${group.label}` : cellName(cell.cell),
          q.rate(at),
          q.duration(meanOver(cell.valid, (run) => run.e2elMs.p50)),
          q.duration(meanOver(cell.valid, (run) => run.ttftMs.p50)),
          String(cell.valid.length),
        ]),
      ),
    },
  };
}
