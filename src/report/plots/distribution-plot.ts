import {
  type Distribution,
  type EcdfPoint,
  ecdf,
  mergeDistributions,
  quantile,
} from '../../measure/distribution.ts';
import type { RunSeries } from '../../measure/run-series.ts';
import { isSufficient, type PercentileName } from '../../measure/sample.ts';
import type { Messages } from '../messages/messages.ts';
import type { ChartPoint, Layer, Plot } from '../plot/chart.ts';
import { niceDomain } from '../plot/scale.ts';
import type { Quantities } from '../quantities.ts';
import type { CellSeries } from './cell-series.ts';

/** Percentiles of the table; those of 50 % and below need the sample of a p50. */
const PERCENTILES = [10, 25, 50, 75, 90, 95, 99] as const;

/** The distribution of one latency, cell by cell; null when no request has it. */
export function distributionPlot(
  id: string,
  what: string,
  of: (series: RunSeries) => Distribution,
  cells: readonly CellSeries[],
  messages: Messages,
): Plot | null {
  const { plots: w, quantities: q } = messages;
  const drawn = cells
    .map((cell) => ({ ...cell, sample: mergeDistributions(cell.runs.map(({ series }) => of(series))) }))
    .filter(({ sample }) => sample.count > 0);
  if (drawn.length === 0) return null;
  const curves = drawn.map(({ series, name, sample }) => ({ series, name, points: ecdf(sample) }));
  const times = niceDomain(
    'log',
    drawn.flatMap(({ sample }) => [sample.values[0] ?? 1, sample.values.at(-1) ?? 1]),
  );
  const n = drawn.reduce((sum, { sample }) => sum + sample.count, 0);
  const largest = Math.max(...drawn.map(({ sample }) => sample.count));
  const end = 1 - 1 / Math.max(20, largest);
  const time = { label: what, kind: 'log' as const, domain: times, format: q.duration };
  return {
    id,
    title: w.distribution.title(what),
    lead: w.distribution.lead,
    definition: w.distribution.definition(q.whole(n)),
    legend: drawn.map(({ series, name }) => ({ series, name })),
    drawings: [
      {
        kind: 'chart',
        description: w.distribution.description(what, drawn.length),
        height: 300,
        x: time,
        y: { label: w.shareAtMost, kind: 'linear', domain: [0, 1], format: q.share },
        layers: curves.map(
          ({ series, name, points }): Layer => ({
            kind: 'step',
            series,
            tip: w.distribution.tip(name, '{0}', '{1}'),
            points: shares(points, q),
          }),
        ),
      },
      {
        kind: 'chart',
        description: w.distribution.tailDescription(what, drawn.length),
        height: 300,
        x: { label: w.percentile, kind: 'tail', domain: [0, end], format: q.share },
        y: { ...time, label: what },
        layers: curves.map(
          ({ series, name, points }): Layer => ({
            kind: 'rise',
            series,
            tip: w.distribution.tip(name, '{0}', '{1}'),
            points: percentiles(points, end, q),
          }),
        ),
      },
    ],
    table: {
      caption: w.distribution.title(what),
      header: [w.cell, w.requests, ...PERCENTILES.map((p) => `p${p}`)],
      rows: drawn.map(({ name, sample }) => [
        name,
        q.whole(sample.count),
        ...PERCENTILES.map((p) => q.duration(carried(p, sample.count) ? quantile(sample, p / 100) : null)),
      ]),
    },
  };
}

/** The distribution function: from zero at the least value, so that a single value is seen too. */
function shares(points: readonly EcdfPoint[], q: Quantities): readonly ChartPoint[] {
  const marks = points.map(
    ({ value, share }): ChartPoint => ({ x: value, y: share, words: [q.share(share), q.duration(value)] }),
  );
  return marks
    .slice(0, 1)
    .map((first) => ({ ...first, y: 0 }))
    .concat(marks);
}

/** The same by percentile, from none to where the scale ends: above the last share below 1 lies the largest value. */
function percentiles(points: readonly EcdfPoint[], end: number, q: Quantities): readonly ChartPoint[] {
  const marks = points.map(
    ({ value, share }): ChartPoint => ({
      x: Math.min(share, end),
      y: value,
      words: [q.share(share), q.duration(value)],
    }),
  );
  return marks
    .slice(0, 1)
    .map((first) => ({ ...first, x: 0 }))
    .concat(marks);
}

function carried(p: (typeof PERCENTILES)[number], count: number): boolean {
  return isSufficient(p >= 90 ? (`p${p}` as PercentileName) : 'p50', count);
}
