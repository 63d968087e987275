import { interval, welchDifference } from '../../compare/statistics/difference.ts';
import { quantile } from '../../measure/distribution.ts';
import { DRAWN, type DrawnKey } from '../../measure/metric-table.ts';
import { isSufficient } from '../../measure/sample.ts';
import { cellKey, cellName } from '../../model/run.ts';
import type { Messages } from '../messages/messages.ts';
import { axisOf, type Chart, type Layer, type Plot } from '../plot/chart.ts';
import type { CellRuns, ComparedLabels, ReportedRun } from '../runs-report.ts';
import { loadSeries, type Overlay } from './cell-series.ts';

const SHARES = [0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99] as const;
const LEVEL = 0.95;
const FEWEST_RUNS = 3;

/** The change of one percentile from before to after. */
interface Shift {
  readonly share: number;
  readonly ratio: number;
  /** Over runs; null below three runs a side. */
  readonly range: readonly [number, number] | null;
}

/**
 * How much each percentile of each latency changed at one load, with its interval over runs: whether the whole
 * distribution moved or only its tail. Null without a percentile that both labels have.
 */
export function quantileShiftPlot({ title, lines }: Overlay, messages: Messages): Plot | null {
  const { plots: w, quantities: q } = messages;
  const [before, after, another] = lines;
  if (before === undefined || after === undefined || another !== undefined) return null;
  const all = DRAWN.map(({ key }) => ({ key, shifts: shiftsOf(key, before.runs, after.runs) })).filter(
    ({ shifts }) => shifts.length > 0,
  );
  const ends = all.flatMap(({ shifts }) => shifts.flatMap(({ ratio, range }) => [ratio, ...(range ?? [])]));
  if (ends.length === 0) return null;
  const chart = ({ key, shifts }: (typeof all)[number]): Chart => ({
    kind: 'chart',
    title: messages.metric(key),
    description: w.shift.description(messages.metric(key), title),
    width: 300,
    height: 210,
    x: { label: w.percentile, kind: 'linear', domain: [0, 1], format: q.share },
    y: axisOf('', [...ends, 1], q.change, 'log'),
    layers: [
      { kind: 'shade', axis: 'y', from: 1 / 1.03, to: 1.03 },
      {
        kind: 'linked-dots',
        series: after.series,
        tip: `${messages.metric(key)} {0}: {1}`,
        points: shifts.map(({ share, ratio, range }) => ({
          x: share,
          y: ratio,
          range,
          words: [`p${Math.round(share * 100)}`, q.change(ratio)],
        })),
      },
    ],
  });
  return {
    id: 'shift',
    wide: true,
    title: w.shift.title(title),
    lead: w.shift.lead,
    definition: w.shift.definition,
    drawings: all.map(chart),
    table: {
      header: [w.pairs.metric, w.percentile, w.pairs.estimate, w.pairs.low, w.pairs.high],
      rows: all.flatMap(({ key, shifts }) =>
        shifts.map(({ share, ratio, range }) => [
          messages.metric(key),
          `p${Math.round(share * 100)}`,
          q.change(ratio),
          q.change(range?.[0] ?? null),
          q.change(range?.[1] ?? null),
        ]),
      ),
    },
  };
}

function shiftsOf(
  key: DrawnKey,
  before: readonly ReportedRun[],
  after: readonly ReportedRun[],
): readonly Shift[] {
  const count = Math.min(...[...before, ...after].map(({ series }) => series[key].count));
  return SHARES.flatMap((share): Shift[] => {
    const needed = share >= 0.9 ? (`p${Math.round(share * 100)}` as 'p90' | 'p95' | 'p99') : 'p50';
    if (!isSufficient(needed, count)) return [];
    const logs = (runs: readonly ReportedRun[]): number[] =>
      runs
        .flatMap(({ series }) => Math.log(quantile(series[key], share) ?? Number.NaN))
        .filter(Number.isFinite);
    const [a, b] = [logs(before), logs(after)];
    if (a.length === 0 || b.length === 0) return [];
    const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;
    const ratio = Math.exp(mean(b) - mean(a));
    if (Math.min(a.length, b.length) < FEWEST_RUNS) return [{ share, ratio, range: null }];
    const [low, high] = interval(welchDifference(a, b), LEVEL);
    return [{ share, ratio, range: [Math.exp(low), Math.exp(high)] }];
  });
}

/** Each judged metric from label to label in the order of their runs, a line a load; null below three labels. */
export function trendPlot(
  compared: readonly ComparedLabels[],
  groups: readonly { readonly label: string; readonly cells: readonly CellRuns[] }[],
  messages: Messages,
): Plot | null {
  const { plots: w, quantities: q } = messages;
  if (groups.length < 3) return null;
  const cells = groups[0]?.cells ?? [];
  const judged = compared
    .flatMap(({ comparison }) => comparison.cells.flatMap(({ metrics }) => Object.values(metrics)))
    .filter(({ gating }) => gating);
  const keys = [...new Set(judged.map(({ key }) => key))];
  const names = groups.map(({ label }) => label);
  const figureOf = (key: (typeof keys)[number], cell: string, label: string): number | null => {
    for (const { comparison } of compared) {
      const metrics = comparison.cells.find((one) => cellKey(one.cell) === cell)?.metrics;
      if (metrics === undefined) continue;
      if (comparison.after === label) return metrics[key]?.after ?? null;
      if (comparison.before === label) return metrics[key]?.before ?? null;
    }
    return null;
  };
  const drawn = keys.map((key) => {
    const isTime = (compared[0]?.comparison.metrics[key]?.unit ?? 'ms') === 'ms';
    const lines = cells.map(({ cell }) => ({
      cell: cellName(cell),
      points: names.flatMap((label, x) => {
        const y = figureOf(key, cellKey(cell), label);
        return y === null ? [] : [{ x, y, label }];
      }),
    }));
    return { key, isTime, format: isTime ? q.duration : q.rate, lines };
  });
  const chart = ({ key, isTime, format, lines }: (typeof drawn)[number]): Chart => {
    const ys = lines.flatMap(({ points }) => points.map(({ y }) => y));
    return {
      kind: 'chart',
      title: messages.metric(key),
      description: w.trend.description(messages.metric(key), names.length),
      width: 300,
      height: 210,
      x: {
        label: w.trend.labels,
        kind: 'linear',
        domain: [-0.2, names.length - 0.8],
        format: (x) => (Number.isInteger(x) ? (names[x] ?? '') : ''),
      },
      y: axisOf('', ys, format, isTime ? 'log' : 'linear'),
      layers: lines.map(
        ({ cell, points }, i): Layer => ({
          kind: 'linked-dots',
          series: loadSeries(i, lines.length),
          label: cell,
          tip: `{0} ${cell}: ${messages.metric(key)} {1}`,
          points: points.map(({ x, y, label }) => ({ x, y, words: [label, format(y)] })),
        }),
      ),
    };
  };
  return {
    id: 'trend',
    wide: true,
    title: w.trend.title,
    lead: w.trend.lead,
    definition: w.trend.definition,
    drawings: drawn.map(chart),
    table: {
      header: [w.pairs.metric, w.cell, ...names],
      rows: drawn.flatMap(({ key, format, lines }) =>
        lines.map(({ cell, points }) => [
          messages.metric(key),
          cell,
          ...names.map((label) => format(points.find((point) => point.label === label)?.y ?? null)),
        ]),
      ),
    },
  };
}
