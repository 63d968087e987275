import {
  type Distribution,
  type EcdfPoint,
  ecdf,
  mergeDistributions,
  quantile,
} from '../../measure/distribution.ts';
import type { DrawnKey } from '../../measure/metric-table.ts';
import { isSufficient, PERCENTILES, type Percentile } from '../../measure/sample.ts';
import { fewest } from '../matrix.ts';
import type { Messages } from '../messages/messages.ts';
import { axisOf, type Chart, type ChartPoint, type Layer, type Plot } from '../plot/chart.ts';
import type { CellSeries, Overlay } from './cell-series.ts';

/** Percentiles of the table unless others are asked for. */
const DEFAULT: readonly Percentile[] = ['p10', 'p25', 'p50', 'p75', 'p90', 'p95', 'p99'];

/** A line with the values that it is drawn from. */
interface Line extends CellSeries {
  readonly sample: Distribution;
  /** The share up to which each run has enough values; what lies beyond is dotted. */
  readonly supported: number;
}

/** Whether the shares of all requests are drawn, or the slowest ones stretched. */
export type DistributionView = 'shares' | 'tail';

/**
 * The distribution of one latency, a drawing for each overlay on the same axes; null when no request has it.
 * @param views drawn side by side
 */
export function distributionPlot(
  id: string,
  key: DrawnKey,
  views: readonly DistributionView[],
  overlays: readonly Overlay[],
  messages: Messages,
  asked: readonly Percentile[] = PERCENTILES,
): Plot | null {
  const { plots: w, quantities: q } = messages;
  const what = messages.metric(key);
  const percentiles = asked === PERCENTILES ? DEFAULT : asked;
  const drawn = overlays.flatMap(({ title, lines }) => {
    const some = lines.map((line) => sampled(line, key)).filter(({ sample }) => sample.count > 0);
    return some.length === 0 ? [] : [{ title, lines: some }];
  });
  const all = drawn.flatMap(({ lines }) => lines);
  if (all.length === 0) return null;
  const ends = all.flatMap(({ sample }) => [sample.values[0] ?? 1, sample.values.at(-1) ?? 1]);
  const time = axisOf(what, ends, q.duration, 'log');
  const end = 1 - 1 / Math.max(20, ...all.map(({ sample }) => sample.count));
  const several = drawn.some(({ title }) => title !== '');
  const chart = (view: DistributionView, { title, lines }: (typeof drawn)[number]): Chart => ({
    kind: 'chart',
    ...(several ? { title, width: 300, height: 210 } : { height: 260 }),
    ...(view === 'shares'
      ? {
          description: w.distribution.description(what, lines.length),
          x: time,
          y: { label: several ? '' : w.shareAtMost, kind: 'linear', domain: [0, 1], format: q.share },
        }
      : {
          description: w.distribution.tailDescription(what, lines.length),
          x: { label: w.percentile, kind: 'tail', domain: [0, end], format: q.share },
          y: several ? { ...time, label: '' } : time,
        }),
    layers: lines.flatMap((line) => curve(line, key, view, end, !several, messages)),
  });
  const legend = [...new Map(all.map(({ series, name }) => [name, { series, name }])).values()];
  return {
    id,
    wide: true,
    title: views.includes('shares') ? w.distribution.title(what) : w.distribution.tailTitle(what),
    lead: views.includes('shares') ? w.distribution.lead : w.distribution.tailLead,
    definition: w.distribution.definition(q.whole(all.reduce((sum, { sample }) => sum + sample.count, 0))),
    legend: several ? legend : [],
    drawings: views.flatMap((view) => drawn.map((overlay) => chart(view, overlay))),
    table: {
      header: [w.cell, w.distribution.sample, ...percentiles],
      rows: drawn.flatMap(({ title, lines }) =>
        lines.map(({ name, sample, cell }) => [
          [title, name].filter((part) => part !== '').join(' '),
          q.whole(fewest(cell, key)),
          ...percentiles.map((p) =>
            q.duration(isSufficient(p, fewest(cell, key)) ? quantile(sample, shareOf(p)) : null),
          ),
        ]),
      ),
    },
  };
}

function sampled(line: CellSeries, key: DrawnKey): Line {
  const sample = mergeDistributions(line.runs.map(({ series }) => series[key]));
  const count = fewest(line.cell, key);
  const last = DEFAULT.findLast((p) => isSufficient(p, count));
  return { ...line, sample, supported: last === undefined ? 0 : shareOf(last) };
}

function shareOf(name: Percentile): number {
  return Number(name.slice(1)) / 100;
}

/** A line up to the last supported percentile, and a dotted one from there to the largest value. */
function curve(
  { series, name, sample, supported, runs }: Line,
  key: DrawnKey,
  view: DistributionView,
  end: number,
  named: boolean,
  { plots: w, quantities: q }: Messages,
): readonly Layer[] {
  const place = ({ value, share }: EcdfPoint): Omit<ChartPoint, 'words'> =>
    view === 'shares' ? { x: value, y: share } : { x: Math.min(share, end), y: value };
  const points = ecdf(sample).map((point) => ({
    ...place(point),
    ...point,
    words: [q.share(point.share), q.duration(point.value)],
  }));
  // From the least value, so that a single value is seen too.
  const first = points
    .slice(0, 1)
    .map((point) => ({ ...point, ...(view === 'shares' ? { y: 0 } : { x: 0 }) }));
  const solid = points.filter(({ share }) => share <= supported);
  const beyond = points.filter(({ share }) => share > supported);
  const kind: 'step' | 'rise' = view === 'shares' ? 'step' : 'rise';
  const part = (shown: typeof points, isLast: boolean) => ({
    kind,
    series,
    tip: w.distribution.tip(name, '{0}', '{1}'),
    points: shown,
    behind: {
      runs: runs.map(({ summary }) => summary.id),
      by: key,
      values: shown.map(({ value }) => Number(value.toPrecision(5))),
    },
    ...(named && isLast ? { label: name } : {}),
  });
  const shown = [...first, ...solid];
  if (beyond.length === 0) return [part(shown, true)];
  return [part(shown, false), { ...part([...shown.slice(-1), ...beyond], true), beyond: true }];
}
