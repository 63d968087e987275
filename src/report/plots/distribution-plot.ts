import {
  type Distribution,
  type EcdfPoint,
  ecdf,
  mergeDistributions,
  sufficientPercentile,
} from '../../measure/distribution.ts';
import type { RunSeries } from '../../measure/run-series.ts';
import { PERCENTILES, type Percentile } from '../../measure/sample.ts';
import type { Messages } from '../messages/messages.ts';
import { axisOf, type ChartPoint, type Layer, type Plot } from '../plot/chart.ts';
import type { CellSeries } from './cell-series.ts';

/** Percentiles of the table unless others are asked for. */
const DEFAULT: readonly Percentile[] = ['p10', 'p25', 'p50', 'p75', 'p90', 'p95', 'p99'];

/** The distribution of one latency, cell by cell; null when no request has it. */
export function distributionPlot(
  id: string,
  what: string,
  of: (series: RunSeries) => Distribution,
  cells: readonly CellSeries[],
  messages: Messages,
  asked: readonly Percentile[],
): Plot | null {
  const { plots: w, quantities: q } = messages;
  const percentiles = asked === PERCENTILES ? DEFAULT : asked;
  const drawn = cells
    .map((cell) => ({ ...cell, sample: mergeDistributions(cell.runs.map(({ series }) => of(series))) }))
    .filter(({ sample }) => sample.count > 0);
  if (drawn.length === 0) return null;
  const ends = drawn.flatMap(({ sample }) => [sample.values[0] ?? 1, sample.values.at(-1) ?? 1]);
  const time = axisOf(what, ends, q.duration, 'log');
  const n = drawn.reduce((sum, { sample }) => sum + sample.count, 0);
  const end = 1 - 1 / Math.max(20, ...drawn.map(({ sample }) => sample.count));
  const common = { kind: 'chart', height: 300 } as const;
  /** @param from where each begins, at the least value, so that a single value is seen too */
  const curves = (
    kind: 'step' | 'rise',
    at: (point: EcdfPoint) => Omit<ChartPoint, 'words'>,
    from: Partial<ChartPoint>,
  ): readonly Layer[] =>
    drawn.map(({ series, name, sample }) => {
      const points = ecdf(sample).map((point) => ({
        ...at(point),
        words: [q.share(point.share), q.duration(point.value)],
      }));
      const start = points.slice(0, 1).map((first) => ({ ...first, ...from }));
      return { kind, series, tip: w.distribution.tip(name, '{0}', '{1}'), points: [...start, ...points] };
    });
  return {
    id,
    title: w.distribution.title(what),
    lead: w.distribution.lead,
    definition: w.distribution.definition(q.whole(n)),
    legend: drawn.map(({ series, name }) => ({ series, name })),
    drawings: [
      {
        ...common,
        description: w.distribution.description(what, drawn.length),
        x: time,
        y: { label: w.shareAtMost, kind: 'linear', domain: [0, 1], format: q.share },
        layers: curves('step', ({ value, share }) => ({ x: value, y: share }), { y: 0 }),
      },
      {
        ...common,
        description: w.distribution.tailDescription(what, drawn.length),
        x: { label: w.percentile, kind: 'tail', domain: [0, end], format: q.share },
        y: time,
        // Above the last share below 1 lies the largest value.
        layers: curves('rise', ({ value, share }) => ({ x: Math.min(share, end), y: value }), { x: 0 }),
      },
    ],
    table: {
      header: [w.cell, w.requests, ...percentiles],
      rows: drawn.map(({ name, sample }) => [
        name,
        q.whole(sample.count),
        ...percentiles.map((p) => q.duration(sufficientPercentile(sample, p))),
      ]),
    },
  };
}
