import type { TrafficBin } from '../../measure/traffic.ts';
import type { Messages } from '../messages/messages.ts';
import type { Chart, Plot } from '../plot/chart.ts';
import { niceDomain } from '../plot/scale.ts';
import type { TrafficReport } from '../runs-report.ts';

/** Arrivals, concurrency and what went wrong over the recording; null of an empty tape. */
export function trafficPlot({ figures, traffic }: TrafficReport, messages: Messages): Plot | null {
  const { traffic: w, quantities: q } = messages;
  const { bins, binMs } = traffic;
  if (bins.length === 0) return null;
  const chart = (what: string, series: number, of: (bin: TrafficBin) => number): Chart => ({
    kind: 'chart',
    description: w.description(what, bins.length),
    height: 230,
    x: {
      label: w.time,
      kind: 'linear',
      domain: [0, (bins.at(-1)?.startMs ?? 0) + binMs],
      format: q.duration,
    },
    y: { label: what, kind: 'linear', domain: niceDomain('linear', bins.map(of)), format: q.rate },
    layers: [
      {
        kind: 'bars',
        series,
        width: binMs,
        tip: w.tip('{0}', what, '{1}'),
        points: bins.map((bin) => ({
          x: bin.startMs,
          y: of(bin),
          words: [q.duration(bin.startMs), q.rate(of(bin))],
        })),
      },
    ],
  });
  const bad = bins.some(({ errors, aborts }) => errors + aborts > 0);
  return {
    id: 'arrivals',
    title: w.plotOverTime,
    lead: w.plotOverTimeLead,
    definition: w.plotOverTimeDefinition(q.whole(figures.exchanges), q.given(binMs)),
    legend: [],
    drawings: [
      chart(w.arrivals, 0, ({ arrivalsPerSec }) => arrivalsPerSec),
      chart(w.inFlight, 2, ({ inFlight }) => inFlight),
      ...(bad ? [chart(w.errorsAndAborts, 1, ({ errors, aborts }) => errors + aborts)] : []),
    ],
    table: {
      caption: w.plotOverTime,
      header: [w.time, w.arrivals, w.inFlight, w.errors, w.aborts],
      rows: bins.map((bin) => [
        q.duration(bin.startMs),
        q.rate(bin.arrivalsPerSec),
        q.rate(bin.inFlight),
        q.whole(bin.errors),
        q.whole(bin.aborts),
      ]),
    },
  };
}
