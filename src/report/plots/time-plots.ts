import type { TimelineBin } from '../../measure/run-series.ts';
import type { Traffic, TrafficBin } from '../../measure/traffic.ts';
import type { Messages } from '../messages/messages.ts';
import { axisOf, type Layer, type Plot, type Stack } from '../plot/chart.ts';
import type { ReportedRun, TrafficReport } from '../runs-report.ts';
import { medianRun, type Overlay } from './cell-series.ts';

/** One figure over time. */
interface TimeFigure<Bin, Value extends number | null = number | null> {
  readonly what: string;
  readonly of: (bin: Bin) => Value;
  readonly format: (value: number) => string;
  readonly kind: 'step' | 'bars';
}

/** What is drawn over time in one colour. */
interface TimeLine<Bin> {
  readonly series: number;
  /** Named in the tips where a drawing has several; may be empty. */
  readonly name: string;
  readonly bins: readonly Bin[];
  readonly binMs: number;
  /** The run that it is of; absent of a recording. */
  readonly run?: number;
}

/** Figures as panels over one axis of time, each line in each of them. */
function timeStack<Bin extends { readonly startMs: number }>(
  figures: readonly TimeFigure<Bin>[],
  lines: readonly TimeLine<Bin>[],
  words: { readonly time: string; readonly description: string; readonly tip: Messages['traffic']['tip'] },
  marks: readonly Layer[],
  time: (ms: number) => string,
): Stack {
  const end = Math.max(...lines.map(({ bins, binMs }) => (bins.at(-1)?.startMs ?? 0) + binMs));
  return {
    kind: 'stack',
    description: words.description,
    x: { label: words.time, kind: 'linear', domain: [0, end], format: time },
    marks,
    panels: figures.map(({ what, of, format, kind }) => ({
      y: axisOf(
        what,
        lines.flatMap(({ bins }) => bins.flatMap((bin) => of(bin) ?? [])),
        format,
      ),
      layers: lines.map(({ series, name, bins, binMs, run }) => {
        const points = bins.flatMap((bin) => {
          const y = of(bin);
          return y === null ? [] : [{ x: bin.startMs, y, words: [time(bin.startMs), format(y)] }];
        });
        const behind = { by: 'sent', step: binMs, values: points.map(({ x }) => x) } as const;
        return {
          kind,
          series,
          width: binMs,
          tip: words.tip('{0}', name === '' ? what : `${name} ${what}`, '{1}'),
          points,
          ...(run === undefined ? {} : { behind: { ...behind, runs: [run] } }),
        };
      }),
    })),
  };
}

/** In flight, tokens, first tokens and errors over the median run of each line of an overlay; null without a request. */
export function timelinePlot(id: string, { title, lines }: Overlay, messages: Messages): Plot | null {
  const { plots: w, quantities: q } = messages;
  const shown = lines.flatMap((line) => {
    const run = medianRun(line);
    return run === undefined || run.series.timeline.bins.length === 0 ? [] : [{ ...line, run }];
  });
  const [first] = shown;
  if (first === undefined) return null;
  const several = shown.length > 1;
  const figures = timelineFigures(
    shown.map(({ run }) => run),
    messages,
  );
  // Labels of one load send for the same time, but for the last requests.
  const sendingMs = Math.min(...shown.map(({ run }) => run.summary.durationMs));
  const endMs = Math.max(
    ...shown.map(({ run: { series } }) => series.timeline.binMs * series.timeline.bins.length),
  );
  const marks: readonly Layer[] = [
    ...(endMs > sendingMs ? [{ kind: 'shade', axis: 'x', from: sendingMs, to: endMs } as const] : []),
    { kind: 'rule', at: sendingMs, label: w.sendingEnded },
  ];
  const name = title === '' ? first.name : title;
  const description = w.timeline.description(
    figures.map(({ what }) => what).join(messages.comma),
    first.run.series.timeline.bins.length,
  );
  return {
    id,
    title: w.timeline.title(name),
    lead: w.timeline.lead(shown.map(({ run }) => String(run.summary.id)).join(messages.comma)),
    definition: w.timeline.definition(
      q.given(first.run.series.timeline.binMs),
      shown.map(({ run }) => `${run.summary.id} (${q.whole(run.summary.requests)})`).join(messages.comma),
    ),
    legend: several ? shown.map(({ series, name: label }) => ({ series, name: label })) : [],
    drawings: [
      timeStack(
        figures,
        shown.map(({ series, name: label, run }) => ({
          series,
          name: several ? label : '',
          run: run.summary.id,
          ...run.series.timeline,
        })),
        { time: w.time, description, tip: w.timeline.tip },
        marks,
        q.duration,
      ),
    ],
    table: {
      header: [
        w.time,
        ...(several ? [messages.matrix.header.label] : []),
        ...figures.map(({ what }) => what),
      ],
      rows: shown.flatMap(({ name: label, run }) =>
        run.series.timeline.bins.map((bin) => [
          q.duration(bin.startMs),
          ...(several ? [label] : []),
          ...figures.map(({ of, format }) => {
            const value = of(bin);
            return value === null ? '–' : format(value);
          }),
        ]),
      ),
    },
  };
}

function timelineFigures(
  runs: readonly ReportedRun[],
  { plots: w, quantities: q }: Messages,
): readonly TimeFigure<TimelineBin>[] {
  const tokens = runs.some(({ summary }) => summary.servedOutputTokensPerSec !== null);
  const first = runs.some(({ series }) => series.timeline.bins.some(({ ttftMs }) => ttftMs !== null));
  const inFlight = (value: number): string => String(Number(value.toFixed(1)));
  return [
    { what: w.inFlight, kind: 'step', of: (bin) => bin.inFlight, format: inFlight },
    tokens
      ? { what: w.tokensPerSec, kind: 'step', of: (bin) => bin.tokensPerSec, format: q.rate }
      : { what: w.requestsPerSec, kind: 'step', of: (bin) => bin.requestsPerSec, format: q.rate },
    ...(first
      ? [
          {
            what: w.timeline.ttft,
            kind: 'step',
            of: (bin: TimelineBin) => bin.ttftMs,
            format: q.duration,
          } as const,
        ]
      : []),
    // Also where there was none: that is an answer.
    { what: w.errors, kind: 'bars', of: (bin) => bin.errors, format: q.whole },
  ];
}

/** Arrivals, concurrency and what went wrong over the recording. */
export function trafficFigures(
  { bins }: Pick<Traffic, 'bins'>,
  { traffic: w, quantities: q }: Messages,
): readonly TimeFigure<TrafficBin, number>[] {
  const failed = ({ errors, aborts }: TrafficBin): number => errors + aborts;
  const look = { kind: 'bars', format: q.rate } as const;
  return [
    { ...look, what: w.arrivals, of: ({ arrivalsPerSec }) => arrivalsPerSec },
    { ...look, what: w.inFlight, of: ({ inFlight }) => inFlight },
    ...(bins.some((bin) => failed(bin) > 0) ? [{ ...look, what: w.errorsAndAborts, of: failed }] : []),
  ];
}

/** A bin holds about this many requests at least: bars of one request each are a comb, not a rate. */
const REQUESTS_A_BIN = 5;

/** Neighbouring bins together, until each holds some requests on average. */
export function joinedBins(
  { bins, binMs }: Pick<Traffic, 'bins' | 'binMs'>,
  requests: number,
): Pick<Traffic, 'bins' | 'binMs'> {
  const step = Math.max(1, Math.ceil((bins.length * REQUESTS_A_BIN) / Math.max(1, requests)));
  const joined = Array.from({ length: Math.ceil(bins.length / step) }, (_, i): TrafficBin => {
    const part = bins.slice(i * step, (i + 1) * step);
    const sum = (of: (bin: TrafficBin) => number): number => part.reduce((total, bin) => total + of(bin), 0);
    return {
      startMs: part[0]?.startMs ?? 0,
      arrivalsPerSec: sum((bin) => bin.arrivalsPerSec) / part.length,
      inFlight: sum((bin) => bin.inFlight) / part.length,
      errors: sum((bin) => bin.errors),
      aborts: sum((bin) => bin.aborts),
    };
  });
  return { bins: joined, binMs: binMs * step };
}

/** The same as drawings; null of an empty tape. */
export function trafficPlot({ figures, traffic }: TrafficReport, messages: Messages): Plot | null {
  const { traffic: w, quantities: q } = messages;
  const { bins, binMs } = joinedBins(traffic, figures.exchanges);
  if (bins.length === 0) return null;
  const drawn = trafficFigures(traffic, messages);
  const description = w.description(drawn.map(({ what }) => what).join(messages.comma), bins.length);
  return {
    id: 'arrivals',
    title: w.plotOverTime,
    lead: w.plotOverTimeLead,
    definition: w.plotOverTimeDefinition(q.whole(figures.exchanges), q.given(binMs)),
    drawings: [
      timeStack(
        drawn,
        [{ series: 11, name: '', bins, binMs }],
        { time: w.time, description, tip: w.tip },
        [],
        q.duration,
      ),
    ],
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
