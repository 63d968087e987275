import type { TimelineBin } from '../../measure/run-series.ts';
import type { Traffic, TrafficBin } from '../../measure/traffic.ts';
import type { Messages } from '../messages/messages.ts';
import { axisOf, type Chart, type Layer, type Plot } from '../plot/chart.ts';
import type { TrafficReport } from '../runs-report.ts';
import { type CellSeries, medianRun } from './cell-series.ts';

/** One figure over time. */
interface TimeFigure<Bin> {
  readonly what: string;
  readonly series: number;
  readonly of: (bin: Bin) => number;
}

interface TimeChart<Bin> extends TimeFigure<Bin>, Pick<Chart, 'height'> {
  readonly kind: 'step' | 'bars';
  readonly format: (value: number) => string;
  /** What else is marked. */
  readonly marks?: readonly Layer[];
}

function timeChart<Bin extends { readonly startMs: number }>(
  { what, series, of, height, kind, format, marks = [] }: TimeChart<Bin>,
  { bins, binMs }: { readonly bins: readonly Bin[]; readonly binMs: number },
  w: Pick<Messages['traffic'], 'time' | 'description' | 'tip'>,
  time: (ms: number) => string,
): Chart {
  const points = bins.map((bin) => ({
    x: bin.startMs,
    y: of(bin),
    words: [time(bin.startMs), format(of(bin))],
  }));
  return {
    kind: 'chart',
    description: w.description(what, bins.length),
    height,
    x: { label: w.time, kind: 'linear', domain: [0, (bins.at(-1)?.startMs ?? 0) + binMs], format: time },
    y: axisOf(what, bins.map(of), format),
    layers: [...marks, { kind, series, width: binMs, tip: w.tip('{0}', what, '{1}'), points }],
  };
}

/** In flight, tokens and errors over one run of a cell; null when it has no request. */
export function timelinePlot(id: string, cell: CellSeries, messages: Messages): Plot | null {
  const { plots: w, quantities: q } = messages;
  const run = medianRun(cell);
  if (run === undefined || run.series.timeline.bins.length === 0) return null;
  const { summary, series } = run;
  const { bins, binMs } = series.timeline;
  const tokens = summary.outputTokensPerSec !== null;
  const marks: readonly Layer[] = [{ kind: 'rule', at: summary.durationMs, label: w.sendingEnded }];
  const chart = (figure: Omit<TimeChart<TimelineBin>, 'height' | 'marks'>): Chart =>
    timeChart(
      { ...figure, height: 190, marks },
      series.timeline,
      { ...w.timeline, time: w.time },
      q.duration,
    );
  const inFlight = (value: number): string => String(Number(value.toFixed(1)));
  return {
    id,
    title: w.timeline.title(cell.name),
    lead: w.timeline.lead(summary.id),
    definition: w.timeline.definition(q.given(binMs), summary.id, q.whole(summary.requests)),
    drawings: [
      chart({ what: w.inFlight, kind: 'step', series: 0, of: (bin) => bin.inFlight, format: inFlight }),
      tokens
        ? chart({
            what: w.tokensPerSec,
            kind: 'step',
            series: 2,
            of: (bin) => bin.tokensPerSec,
            format: q.whole,
          })
        : chart({
            what: w.requestsPerSec,
            kind: 'step',
            series: 2,
            of: (bin) => bin.requestsPerSec,
            format: q.rate,
          }),
      ...(summary.errors > 0
        ? [chart({ what: w.errors, kind: 'bars', series: 1, of: (bin) => bin.errors, format: String })]
        : []),
    ],
    table: {
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

/** Arrivals, concurrency and what went wrong over the recording. */
export function trafficFigures({ bins }: Traffic, w: Messages['traffic']): readonly TimeFigure<TrafficBin>[] {
  const failed = ({ errors, aborts }: TrafficBin): number => errors + aborts;
  return [
    { what: w.arrivals, series: 0, of: ({ arrivalsPerSec }) => arrivalsPerSec },
    { what: w.inFlight, series: 2, of: ({ inFlight }) => inFlight },
    ...(bins.some((bin) => failed(bin) > 0) ? [{ what: w.errorsAndAborts, series: 1, of: failed }] : []),
  ];
}

/** The same as drawings; null of an empty tape. */
export function trafficPlot({ figures, traffic }: TrafficReport, messages: Messages): Plot | null {
  const { traffic: w, quantities: q } = messages;
  const { bins, binMs } = traffic;
  if (bins.length === 0) return null;
  return {
    id: 'arrivals',
    title: w.plotOverTime,
    lead: w.plotOverTimeLead,
    definition: w.plotOverTimeDefinition(q.whole(figures.exchanges), q.given(binMs)),
    drawings: trafficFigures(traffic, w).map((figure) =>
      timeChart({ ...figure, height: 230, kind: 'bars', format: q.rate }, traffic, w, q.duration),
    ),
    table: {
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
