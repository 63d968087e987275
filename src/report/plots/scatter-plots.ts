import type { RequestPoint, RunSeries } from '../../measure/run-series.ts';
import type { Messages } from '../messages/messages.ts';
import { axisOf, type Chart, type Plot } from '../plot/chart.ts';
import type { RecordedTiming } from '../runs-report.ts';
import { type Overlay, thin } from './cell-series.ts';

/** Points of a whole figure. */
const MOST_POINTS = 1000;

/** The colour of a label alone. */
const LABEL = 11;

/** A request by two of its times, milliseconds. */
interface Dot {
  readonly x: number;
  readonly y: number;
}

/** What tells one drawing of requests as dots from another. */
interface Scatter {
  readonly id: string;
  readonly words: {
    readonly title: string;
    readonly lead: string;
    definition(shown: string, of: string): readonly string[];
    description(dots: number): string;
    tip(cell: string, seq: string, x: string, y: string): string;
  };
  readonly height: number;
  /** Labels of the axes. */
  readonly axes: readonly [x: string, y: string];
  /** Where both axes are the same, the name of the line on which x equals y. */
  readonly equal?: string;
  /** Null of a request that does not have both times. */
  readonly dotOf: (point: RequestPoint) => Dot | null;
  /** How many requests of a run have them. */
  readonly of: (series: RunSeries) => number;
  readonly header: readonly string[];
  /** Rows of the table for the dots of one cell. */
  readonly rows: (cell: string, dots: readonly Dot[]) => readonly (readonly string[])[];
}

function scatterPlot(
  scatter: Scatter,
  overlays: readonly Overlay[],
  { quantities: q }: Messages,
): Plot | null {
  const { id, words, height, axes, equal, dotOf, header, rows } = scatter;
  // Dots of more than two colours hide each other: a drawing for each load.
  const split = overlays.flatMap((overlay) =>
    overlay.lines.length > 2
      ? overlay.lines.map((line) => ({ title: line.name, lines: [{ ...line, series: LABEL }] }))
      : [overlay],
  );
  const all = split
    .flatMap(({ title, lines }) =>
      lines.map((line) => ({
        ...line,
        title: title === '' ? line.name : title,
        of: line.runs.reduce((sum, { series }) => sum + scatter.of(series), 0),
        dots: line.runs.flatMap(({ summary, series }) =>
          series.sample.points.flatMap((point) => {
            const dot = dotOf(point);
            return dot === null ? [] : [{ ...dot, seq: point.seq, run: summary.id }];
          }),
        ),
      })),
    )
    .filter(({ dots }) => dots.length > 0);
  if (all.length === 0) return null;
  const drawn = all.map((line) => ({ ...line, shown: thin(line.dots, MOST_POINTS / all.length) }));
  const shown = drawn.flatMap((line) => line.shown);
  const [xs, ys] = [shown.map(({ x }) => x), shown.map(({ y }) => y)];
  const both = equal === undefined ? null : [...xs, ...ys];
  const groups = [...Map.groupBy(drawn, ({ title }) => title)];
  const chart = ([title, lines]: (typeof groups)[number]): Chart => ({
    kind: 'chart',
    description: words.description(lines.reduce((sum, line) => sum + line.shown.length, 0)),
    ...(groups.length > 1 ? { title, width: 300, height: 250 } : { height }),
    x: axisOf(axes[0], both ?? xs, q.duration, 'log'),
    y: axisOf(axes[1], both ?? ys, q.duration, 'log'),
    layers: [
      ...(equal === undefined ? [] : [{ kind: 'diagonal' as const, label: equal }]),
      ...lines.map((line) => ({
        kind: 'dots' as const,
        series: line.series,
        tip: words.tip(line.name, '{0}', '{1}', '{2}'),
        points: line.shown.map(({ x, y, seq }) => ({
          x,
          y,
          words: [String(seq), q.duration(x), q.duration(y)],
        })),
        behind: {
          runs: line.runs.map(({ summary }) => summary.id),
          by: 'request' as const,
          values: line.shown.map(({ run, seq }) => `${run}.${seq}`),
        },
      })),
    ],
  });
  const names = new Map(drawn.map(({ series, name }) => [series, name]));
  return {
    id,
    wide: groups.length > 1,
    title: words.title,
    lead: words.lead,
    definition: words.definition(q.whole(shown.length), q.whole(drawn.reduce((sum, { of }) => sum + of, 0))),
    legend: names.size < 2 ? [] : [...names].map(([series, name]) => ({ series, name })),
    drawings: groups.map(chart),
    table: {
      header,
      rows: drawn.flatMap(({ title, name, dots }) => rows(title === name ? name : `${title} ${name}`, dots)),
    },
  };
}

/** Time to first token against mean inter-token latency, request by request; null where nothing was streamed. */
export function ttftItlPlot(id: string, overlays: readonly Overlay[], messages: Messages): Plot | null {
  const { plots, quantities: q } = messages;
  const w = plots.ttftItl;
  const scatter: Scatter = {
    id,
    words: w,
    height: 340,
    axes: [w.ttft, w.itl],
    dotOf: ({ ttftMs, tpotMs }) => (ttftMs === null || tpotMs === null ? null : { x: ttftMs, y: tpotMs }),
    of: (series) => series.tpotMs.count,
    header: [plots.cell, w.quarter, plots.requests, w.from, w.to, w.itlP50],
    // Four equal parts by TTFT: what the drawing shows, in figures.
    rows: (name, dots) => {
      const sorted = dots.toSorted((a, b) => a.x - b.x);
      return [0, 1, 2, 3].flatMap((i) => {
        const part = sorted.slice(
          Math.round((i * sorted.length) / 4),
          Math.round(((i + 1) * sorted.length) / 4),
        );
        const [first, last] = [part[0], part.at(-1)];
        if (first === undefined || last === undefined) return [];
        const itl = atRank(
          part.map(({ y }) => y),
          0.5,
        );
        const figures = [q.duration(first.x), q.duration(last.x), q.duration(itl)];
        return [[name, String(i + 1), String(part.length), ...figures]];
      });
    },
  };
  return scatterPlot(scatter, overlays, messages);
}

const RATIOS = [
  ['p10', 0.1],
  ['p50', 0.5],
  ['p90', 0.9],
] as const;

/** Each sampled request with its own recording; null where no recorded exchange ended `ok`. */
export function recordedPlot(
  id: string,
  overlays: readonly Overlay[],
  recorded: ReadonlyMap<number, RecordedTiming>,
  messages: Messages,
): Plot | null {
  const { plots, quantities: q } = messages;
  const w = plots.recorded;
  const scatter: Scatter = {
    id,
    words: w,
    height: 420,
    axes: [w.recorded, w.replayed],
    equal: w.equal,
    dotOf: ({ exchangeId, e2elMs }) => {
      const before = recorded.get(exchangeId);
      return before === undefined ? null : { x: before.e2elMs, y: e2elMs };
    },
    of: (series) => series.sample.of,
    header: [plots.cell, plots.requests, ...RATIOS.map(([name]) => w.ratio(name))],
    rows: (name, dots) => {
      const ratios = dots.map(({ x, y }) => y / x);
      return [[name, q.whole(dots.length), ...RATIOS.map(([, p]) => q.times(atRank(ratios, p)))]];
    },
  };
  return scatterPlot(scatter, overlays, messages);
}

/** By nearest rank; null without values. */
function atRank(values: readonly number[], p: number): number | null {
  return values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(p * values.length) - 1)] ?? null;
}
