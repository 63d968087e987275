import type { Messages } from '../messages/messages.ts';
import type { Plot } from '../plot/chart.ts';
import { niceDomain } from '../plot/scale.ts';
import type { RecordedTiming } from '../runs-report.ts';
import { type CellSeries, thin } from './cell-series.ts';

/** Points of the whole drawing. */
const MOST_POINTS = 1000;

/** Each sampled request with its own recording; null where no recorded exchange ended `ok`. */
export function recordedPlot(
  id: string,
  cells: readonly CellSeries[],
  recorded: ReadonlyMap<number, RecordedTiming>,
  messages: Messages,
): Plot | null {
  const { plots: w, quantities: q } = messages;
  const paired = cells
    .map((cell) => ({
      ...cell,
      of: cell.runs.reduce((sum, { series }) => sum + series.sample.of, 0),
      points: cell.runs.flatMap(({ series }) =>
        series.sample.points.flatMap(({ seq, exchangeId, e2elMs }) => {
          const before = recorded.get(exchangeId);
          return before === undefined ? [] : [{ seq, before: before.e2elMs, after: e2elMs }];
        }),
      ),
    }))
    .filter(({ points }) => points.length > 0);
  if (paired.length === 0) return null;
  const drawn = paired.map((cell) => ({ ...cell, shown: thin(cell.points, MOST_POINTS / paired.length) }));
  const shown = drawn.reduce((sum, cell) => sum + cell.shown.length, 0);
  const domain = niceDomain(
    'log',
    drawn.flatMap((cell) => cell.shown.flatMap(({ before, after }) => [before, after])),
  );
  return {
    id,
    title: w.recorded.title,
    lead: w.recorded.lead,
    definition: w.recorded.definition(q.whole(shown), q.whole(drawn.reduce((sum, { of }) => sum + of, 0))),
    legend: drawn.map(({ series, name }) => ({ series, name })),
    drawings: [
      {
        kind: 'chart',
        description: w.recorded.description(shown),
        height: 420,
        x: { label: w.recorded.recorded, kind: 'log', domain, format: q.duration },
        y: { label: w.recorded.replayed, kind: 'log', domain, format: q.duration },
        layers: [
          { kind: 'diagonal', label: w.recorded.equal },
          ...drawn.map(({ series, name, shown: points }) => ({
            kind: 'dots' as const,
            series,
            tip: w.recorded.tip(name, '{0}', '{1}', '{2}'),
            points: points.map(({ seq, before, after }) => ({
              x: before,
              y: after,
              words: [String(seq), q.duration(before), q.duration(after)],
            })),
          })),
        ],
      },
    ],
    table: {
      caption: w.recorded.title,
      header: [w.cell, w.requests, ...RATIOS.map(([name]) => w.recorded.ratio(name))],
      rows: drawn.map(({ name, points }) => {
        const ratios = points.map(({ before, after }) => after / before).sort((a, b) => a - b);
        return [name, q.whole(points.length), ...RATIOS.map(([, p]) => q.times(atRank(ratios, p)))];
      }),
    },
  };
}

const RATIOS = [
  ['p10', 0.1],
  ['p50', 0.5],
  ['p90', 0.9],
] as const;

function atRank(sorted: readonly number[], p: number): number | null {
  return sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)] ?? null;
}
