import type { RequestPoint } from '../../measure/run-series.ts';
import type { Messages } from '../messages/messages.ts';
import type { Plot } from '../plot/chart.ts';
import { niceDomain } from '../plot/scale.ts';
import { type CellSeries, thin } from './cell-series.ts';

/** Points of the whole drawing. */
const MOST_POINTS = 1000;

interface StreamedPoint extends RequestPoint {
  readonly ttftMs: number;
  readonly tpotMs: number;
}

/** Time to first token against mean inter-token latency, request by request; null where nothing was streamed. */
export function ttftItlPlot(id: string, cells: readonly CellSeries[], messages: Messages): Plot | null {
  const { plots: w, quantities: q } = messages;
  const streamed = cells
    .map((cell) => ({
      ...cell,
      of: cell.runs.reduce((sum, { series }) => sum + series.tpotMs.count, 0),
      points: cell.runs.flatMap(({ series }) => series.sample.points.filter(isStreamed)),
    }))
    .filter(({ points }) => points.length > 0);
  if (streamed.length === 0) return null;
  const drawn = streamed.map((cell) => ({
    ...cell,
    shown: thin(cell.points, MOST_POINTS / streamed.length),
  }));
  const shown = drawn.reduce((sum, cell) => sum + cell.shown.length, 0);
  const of = drawn.reduce((sum, cell) => sum + cell.of, 0);
  return {
    id,
    title: w.ttftItl.title,
    lead: w.ttftItl.lead,
    definition: w.ttftItl.definition(q.whole(shown), q.whole(of)),
    legend: drawn.map(({ series, name }) => ({ series, name })),
    drawings: [
      {
        kind: 'chart',
        description: w.ttftItl.description(shown),
        height: 340,
        x: axis(
          w.ttftItl.ttft,
          drawn.flatMap((cell) => cell.shown.map(({ ttftMs }) => ttftMs)),
          q.duration,
        ),
        y: axis(
          w.ttftItl.itl,
          drawn.flatMap((cell) => cell.shown.map(({ tpotMs }) => tpotMs)),
          q.duration,
        ),
        layers: drawn.map(({ series, name, shown: points }) => ({
          kind: 'dots',
          series,
          tip: w.ttftItl.tip(name, '{0}', '{1}', '{2}'),
          points: points.map(({ seq, ttftMs, tpotMs }) => ({
            x: ttftMs,
            y: tpotMs,
            words: [String(seq), q.duration(ttftMs), q.duration(tpotMs)],
          })),
        })),
      },
    ],
    table: {
      caption: w.ttftItl.title,
      header: [w.cell, w.ttftItl.quarter, w.requests, w.ttftItl.from, w.ttftItl.to, w.ttftItl.itlP50],
      rows: drawn.flatMap(({ name, points }) => quarters(points, name, q.duration)),
    },
  };
}

function axis(label: string, values: readonly number[], format: (value: number) => string) {
  return { label, kind: 'log' as const, domain: niceDomain('log', values), format };
}

function isStreamed(point: RequestPoint): point is StreamedPoint {
  return point.ttftMs !== null && point.tpotMs !== null;
}

/** The sampled requests in four equal parts by TTFT: what a scatter shows, in figures. */
function quarters(
  points: readonly StreamedPoint[],
  name: string,
  duration: (ms: number | null) => string,
): readonly (readonly string[])[] {
  const sorted = [...points].sort((a, b) => a.ttftMs - b.ttftMs);
  return [0, 1, 2, 3].flatMap((i) => {
    const part = sorted.slice(Math.round((i * sorted.length) / 4), Math.round(((i + 1) * sorted.length) / 4));
    const [first, last] = [part[0], part.at(-1)];
    if (first === undefined || last === undefined) return [];
    const itl = part.map(({ tpotMs }) => tpotMs).sort((a, b) => a - b);
    const median = itl[Math.max(0, Math.ceil(itl.length / 2) - 1)] ?? null;
    return [
      [
        name,
        String(i + 1),
        String(part.length),
        duration(first.ttftMs),
        duration(last.ttftMs),
        duration(median),
      ],
    ];
  });
}
