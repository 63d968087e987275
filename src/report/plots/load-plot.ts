import { WHOLE_ANSWER } from '../../measure/metric-table.ts';
import type { RunSummary } from '../../measure/run-summary.ts';
import { isSufficient } from '../../measure/sample.ts';
import { cellName } from '../../model/run.ts';
import { closedCells, closedLoads, type LoadRuns, openLoads, validCells } from '../findings/levels.ts';
import { kneeLevel } from '../findings/scaling.ts';
import { fewest } from '../matrix.ts';
import type { Messages } from '../messages/messages.ts';
import { axisOf, type Chart, type ChartPoint, type Layer, type Plot } from '../plot/chart.ts';
import { meanOver, type RunGroup } from '../runs-report.ts';
import { labelSeries } from './cell-series.ts';

/** Rate and latency against connections with each label's knee marked; null when no closed loop is valid. */
export function loadPlot(groups: readonly RunGroup[], messages: Messages): Plot | null {
  const { plots: w, matrix } = messages;
  const merged = groups
    .flatMap((group) => [...Map.groupBy(closedCells(group), ({ cell }) => cell.connections).values()])
    .filter((cells) => cells.length > 1)
    .map((cells) => cells.map(({ cell }) => cellName(cell)).join(messages.comma));
  const knees = groups.flatMap((group, i) => {
    const at = kneeLevel(group)?.connections;
    return at === undefined ? [] : [{ at, label: w.knee(at), series: labelSeries(i, groups.length) }];
  });
  const axis = {
    id: 'load',
    words: { meanLatency: w.meanLatency, ...w.load },
    more: [...new Set(merged)].map(w.load.merged),
    label: w.connections,
    header: matrix.header.connections,
    format: String,
    // Of equal knees one has its name.
    rules: knees.map((rule, i) =>
      knees.findIndex(({ at }) => at === rule.at) < i ? { ...rule, label: '' } : rule,
    ),
    mean: ({ e2elMs }: RunSummary) => e2elMs.mean,
    ttft: ({ ttftMs }: RunSummary) => ttftMs.p50,
  };
  return loadDrawing(axis, groups, groups.map(closedLoads), messages);
}

/** Answers and response times against arrivals; null when no open loop is valid. */
export function arrivalsPlot(groups: readonly RunGroup[], messages: Messages): Plot | null {
  const { plots: w, matrix, quantities: q } = messages;
  const axis = {
    id: 'load-arrivals',
    words: w.arrivals,
    more: [],
    label: w.arrivals.perSec,
    header: matrix.header.arrivals,
    format: q.times,
    rules: [],
    mean: ({ responseMs }: RunSummary) => responseMs.mean,
    ttft: ({ ttftResponseMs }: RunSummary) => ttftResponseMs.p50,
  };
  return loadDrawing(axis, groups, groups.map(openLoads), messages);
}

/** What the loads are, and how the drawing is called. */
interface LoadAxis {
  readonly id: string;
  readonly words: Omit<Messages['plots']['arrivals'], 'perSec'>;
  /** Sentences behind those of the definition. */
  readonly more: readonly string[];
  readonly label: string;
  readonly header: string;
  readonly format: (load: number) => string;
  /** Loads that are marked, with their names, each in the colour of its label. */
  readonly rules: readonly { readonly at: number; readonly label: string; readonly series: number }[];
  readonly mean: FigureOf;
  readonly ttft: FigureOf;
}

type FigureOf = (run: RunSummary) => number | null;

const served: FigureOf = (run) => run.servedRequestsPerSec;

/** Rate and latency against the load, the labels over each other; null when there is no point. @param loads of each label */
function loadDrawing(
  axis: LoadAxis,
  groups: readonly RunGroup[],
  loads: readonly (readonly LoadRuns[])[],
  messages: Messages,
): Plot | null {
  const { plots: w, quantities: q } = messages;
  const { id, words, label: unit } = axis;
  if (loads.flat().length === 0) return null;
  const chart = (what: string, of: FigureOf, format: (value: number) => string): Chart[] => {
    const lines = loads.map((points) =>
      points.flatMap(({ load: x, runs }) => {
        const y = meanOver(runs, of);
        return y === null ? [] : [{ x, y, words: [axis.format(x), format(y)], range: rangeOf(runs, of) }];
      }),
    );
    const numbers = lines.flat().flatMap(({ y, range }) => [y, ...(range ?? [])]);
    if (numbers.length === 0) return [];
    const [least, most] = [format(Math.min(...numbers)), format(Math.max(...numbers))];
    const xs = lines.flat().map(({ x }) => x);
    return [
      {
        kind: 'chart',
        description: w.load.description(what, unit, least, most),
        height: 230,
        x: axisOf(unit, xs, axis.format),
        y: axisOf(what, numbers, format),
        layers: [
          ...axis.rules.map((rule): Layer => ({ kind: 'rule', ...rule })),
          ...byLabel('linked-dots', groups, lines, (label) => `${label} {0}: ${what} {1}`),
        ],
      },
    ];
  };
  return {
    id,
    wide: true,
    title: words.title,
    lead: words.lead,
    definition: [...words.definition, ...axis.more],
    legend: legendOf(groups),
    drawings: [
      ...chart(w.requestsPerSec, served, q.rate),
      ...chart(words.meanLatency, axis.mean, q.duration),
      ...chart(words.ttft, axis.ttft, q.duration),
    ],
    table: {
      header: [axis.header, w.requestsPerSec, words.meanLatency, w.load.runs, w.requests],
      rows: groups.flatMap(({ label }, i) =>
        (loads[i] ?? []).map(({ load, runs, requests }) => [
          `${groups.length > 1 ? `${label} ` : ''}${axis.format(load)}`,
          q.rate(meanOver(runs, served)),
          q.duration(meanOver(runs, axis.mean)),
          String(runs.length),
          q.whole(requests),
        ]),
      ),
    },
  };
}

/** A layer for each label, in its colour. */
function byLabel(
  kind: 'dots' | 'linked-dots',
  groups: readonly RunGroup[],
  points: readonly (readonly ChartPoint[])[],
  tip: (label: string) => string,
): readonly Layer[] {
  return groups.map(({ label }, i) => ({
    kind,
    series: labelSeries(i, groups.length),
    tip: tip(label),
    points: points[i] ?? [],
  }));
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
  const rate: FigureOf = tokens ? (run) => run.servedOutputTokensPerSec : served;
  const unit = tokens ? w.curve.tokens : w.requestsPerSec;
  const cells = groups.map(validCells);
  if (Math.max(...cells.map(({ length }) => length), 0) < 2) return null;
  const point = (name: string, x: number | null, y: number | null): ChartPoint[] =>
    x === null || y === null ? [] : [{ x, y, words: [name, q.rate(x), q.duration(y)] }];
  const chart = (what: string, of: FigureOf, limit: number | null): Chart[] => {
    const lines = cells.map((some) =>
      some
        .flatMap(({ cell, valid }) => point(cellName(cell), meanOver(valid, rate), meanOver(valid, of)))
        .filter(({ x }) => x > 0),
    );
    const dots = cells.map((some) =>
      some.flatMap(({ cell, valid }) =>
        valid.flatMap((run) => point(`${cellName(cell)} #${run.id}`, rate(run), of(run))),
      ),
    );
    const shown = [...lines, ...dots].flat();
    if (shown.length === 0) return [];
    const [xs, ys] = [shown.map(({ x }) => x), shown.map(({ y }) => y)];
    const tip = (label: string): string => `${label} {0}: {1} ${unit}, ${what} {2}`;
    const level: Layer[] =
      limit === null ? [] : [{ kind: 'level', at: limit, label: w.curve.limit(q.given(limit)) }];
    return [
      {
        kind: 'chart',
        description: w.curve.description(what, groups.length),
        height: 250,
        x: axisOf(unit, xs, q.rate),
        y: axisOf(what, limit === null ? ys : [...ys, limit], q.duration, 'log'),
        layers: [
          ...level,
          ...byLabel('dots', groups, dots, tip),
          ...byLabel('linked-dots', groups, lines, tip),
        ],
      },
    ];
  };
  const tail = (['p99', 'p95', 'p90'] as const).find((p) =>
    cells.flat().every((cell) => isSufficient(p, fewest(cell, WHOLE_ANSWER))),
  );
  const e2el: FigureOf = (run) => run.e2elMs.p50;
  const ttft: FigureOf = (run) => run.ttftMs.p50;
  const drawings = [
    ...chart(w.curve.e2el, e2el, limits.e2elMs),
    ...(tail === undefined ? [] : chart(`E2EL ${tail}`, (run) => run.e2elMs[tail], limits.e2elMs)),
    ...chart(w.load.ttft, ttft, limits.ttftMs),
  ];
  if (drawings.length === 0) return null;
  const { title, lead, definition } = w.curve;
  return {
    id: 'load-curve',
    wide: true,
    title,
    lead,
    definition,
    legend: legendOf(groups),
    drawings,
    table: {
      header: [w.cell, unit, w.curve.e2el, w.load.ttft, w.load.runs],
      rows: groups.flatMap(({ label }, i) =>
        (cells[i] ?? []).map(({ cell, valid }) => [
          groups.length > 1 ? `${cellName(cell)} ${label}` : cellName(cell),
          q.rate(meanOver(valid, rate)),
          q.duration(meanOver(valid, e2el)),
          q.duration(meanOver(valid, ttft)),
          String(valid.length),
        ]),
      ),
    },
  };
}
