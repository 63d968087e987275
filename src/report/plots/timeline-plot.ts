import type { TimelineBin } from '../../measure/run-series.ts';
import type { Messages } from '../messages/messages.ts';
import type { Chart, Plot } from '../plot/chart.ts';
import { niceDomain } from '../plot/scale.ts';
import { type CellSeries, medianRun } from './cell-series.ts';

/** In flight, tokens and errors over one run of a cell; null when it has no request. */
export function timelinePlot(id: string, cell: CellSeries, messages: Messages): Plot | null {
  const { plots: w, quantities: q } = messages;
  const run = medianRun(cell);
  if (run === undefined || run.series.timeline.bins.length === 0) return null;
  const { summary, series } = run;
  const { bins, binMs } = series.timeline;
  const tokens = summary.outputTokensPerSec !== null;
  const chart = (
    what: string,
    kind: 'step' | 'bars',
    colour: number,
    of: (bin: TimelineBin) => number,
    format: (value: number) => string,
  ): Chart => ({
    kind: 'chart',
    description: w.timeline.description(what, bins.length),
    height: 190,
    x: {
      label: w.time,
      kind: 'linear',
      domain: [0, (bins.at(-1)?.startMs ?? 0) + binMs],
      format: q.duration,
    },
    y: { label: what, kind: 'linear', domain: niceDomain('linear', bins.map(of)), format },
    layers: [
      { kind: 'rule', at: summary.durationMs, label: w.sendingEnded },
      {
        kind,
        series: colour,
        width: binMs,
        tip: w.timeline.tip('{0}', what, '{1}'),
        points: bins.map((bin) => ({
          x: bin.startMs,
          y: of(bin),
          words: [q.duration(bin.startMs), format(of(bin))],
        })),
      },
    ],
  });
  const inFlight = (value: number): string => String(Number(value.toFixed(1)));
  return {
    id,
    title: w.timeline.title(cell.name),
    lead: w.timeline.lead(summary.id),
    definition: w.timeline.definition(q.given(binMs), summary.id, q.whole(summary.requests)),
    legend: [],
    drawings: [
      chart(w.inFlight, 'step', 0, (bin) => bin.inFlight, inFlight),
      tokens
        ? chart(w.tokensPerSec, 'step', 2, (bin) => bin.tokensPerSec, q.whole)
        : chart(w.requestsPerSec, 'step', 2, (bin) => bin.requestsPerSec, q.rate),
      ...(summary.errors > 0 ? [chart(w.errors, 'bars', 1, (bin) => bin.errors, String)] : []),
    ],
    table: {
      caption: w.timeline.title(cell.name),
      header: [w.time, w.inFlight, w.requestsPerSec, w.tokensPerSec, w.errors],
      rows: bins.map((bin) => [
        q.duration(bin.startMs),
        inFlight(bin.inFlight),
        q.rate(bin.requestsPerSec),
        q.rate(tokens ? bin.tokensPerSec : null),
        String(bin.errors),
      ]),
    },
  };
}
