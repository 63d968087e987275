import type { TimelineBin } from '../../measure/run-series.ts';
import type { ServerSample } from '../../measure/server/server-samples.ts';
import type { Traffic, TrafficBin } from '../../measure/traffic.ts';
import type { Messages } from '../messages/messages.ts';
import { axisOf, type Layer, type Plot, type Stack } from '../plot/chart.ts';
import { NONE } from '../quantities.ts';
import type { ReportedRun, TrafficReport } from '../runs-report.ts';
import { medianRun, type Overlay } from './cell-series.ts';

/** A value at one time; null is a gap. */
interface TimeValue {
  readonly atMs: number;
  readonly value: number | null;
}

/** One figure over time. */
interface TimeFigure<Line extends TimeLine = TimeLine> {
  readonly what: string;
  readonly values: (line: Line) => readonly TimeValue[];
  readonly format: (value: number) => string;
  readonly kind: 'step' | 'bars';
}

/** What is drawn over time in one colour. */
interface TimeLine<Bin extends { readonly startMs: number } = { readonly startMs: number }> {
  readonly series: number;
  /** Named in the tips where a drawing has several; may be empty. */
  readonly name: string;
  readonly bins: readonly Bin[];
  readonly binMs: number;
  /** The run that it is of; absent of a recording. */
  readonly runId?: number;
}

/** Figures as panels over one axis of time, each line in each of them. */
function timeStack<Line extends TimeLine>(
  figures: readonly TimeFigure<Line>[],
  lines: readonly Line[],
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
    panels: figures.map(({ what, values, format, kind }) => ({
      y: axisOf(
        what,
        lines.flatMap((line) => values(line).flatMap(({ value }) => value ?? [])),
        format,
      ),
      layers: lines.flatMap((line) =>
        unbroken(values(line)).map((part) => ({
          kind: part.length === 1 && kind === 'step' ? 'dots' : kind,
          series: line.series,
          width: line.binMs,
          tip: words.tip('{0}', line.name === '' ? what : `${line.name} ${what}`, '{1}'),
          points: part.map(({ atMs, value }) => ({ x: atMs, y: value, words: [time(atMs), format(value)] })),
          ...(line.runId === undefined
            ? {}
            : {
                behind: {
                  by: 'sent',
                  step: line.binMs,
                  values: part.map(({ atMs }) => atMs),
                  runs: [line.runId],
                } as const,
              }),
        })),
      ),
    })),
  };
}

/** The stretches between gaps. */
function unbroken(values: readonly TimeValue[]): readonly (readonly { atMs: number; value: number }[])[] {
  const parts: { atMs: number; value: number }[][] = [[]];
  for (const { atMs, value } of values) {
    if (value === null) parts.push([]);
    else parts.at(-1)?.push({ atMs, value });
  }
  return parts.filter((part) => part.length > 0);
}

/** The values of a figure in each bin of a line, for a table: of several the last, null of none. */
function byBin<Line extends TimeLine>({ values }: TimeFigure<Line>, line: Line): readonly (number | null)[] {
  const all = values(line);
  return line.bins.map(
    ({ startMs }) =>
      all.findLast(({ atMs }) => atMs >= startMs && atMs < startMs + line.binMs)?.value ?? null,
  );
}

/** The median run of a line. */
interface RunLine extends TimeLine<TimelineBin> {
  readonly run: ReportedRun;
}

/**
 * In flight, tokens, first tokens, errors and the server's own load over the median run of each line of an overlay; null
 * without a request.
 */
export function timelinePlot(id: string, { title, lines }: Overlay, messages: Messages): Plot | null {
  const { plots: w, quantities: q } = messages;
  const shown: readonly RunLine[] = lines.flatMap((line) => {
    const run = medianRun(line);
    if (run === undefined || run.series.timeline.bins.length === 0) return [];
    return [{ series: line.series, name: line.name, run, runId: run.summary.id, ...run.series.timeline }];
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
  const endMs = Math.max(...shown.map(({ bins, binMs }) => binMs * bins.length));
  const marks: readonly Layer[] = [
    ...(endMs > sendingMs ? [{ kind: 'shade', axis: 'x', from: sendingMs, to: endMs } as const] : []),
    { kind: 'rule', at: sendingMs, label: w.sendingEnded },
  ];
  const name = title === '' ? first.name : title;
  const description = w.timeline.description(
    figures.map(({ what }) => what).join(messages.comma),
    first.bins.length,
  );
  return {
    id,
    title: w.timeline.title(name),
    lead: w.timeline.lead(shown.map(({ run }) => String(run.summary.id)).join(messages.comma)),
    definition: w.timeline.definition(
      q.given(first.binMs),
      shown.map(({ run }) => `${run.summary.id} (${q.whole(run.summary.requests)})`).join(messages.comma),
    ),
    legend: several ? shown.map(({ series, name: label }) => ({ series, name: label })) : [],
    drawings: [
      timeStack(
        figures,
        shown.map((line) => ({ ...line, name: several ? line.name : '' })),
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
      rows: shown.flatMap((line) => {
        const columns = figures.map((figure) =>
          byBin(figure, line).map((value) => shownValue(figure, value)),
        );
        return line.bins.map(({ startMs }, i) => [
          q.duration(startMs),
          ...(several ? [line.name] : []),
          ...columns.map((column) => column[i] ?? NONE),
        ]);
      }),
    },
  };
}

function shownValue({ format }: Pick<TimeFigure, 'format'>, value: number | null): string {
  return value === null ? NONE : format(value);
}

function timelineFigures(
  runs: readonly ReportedRun[],
  { plots: w, quantities: q }: Messages,
): readonly TimeFigure<RunLine>[] {
  const tokens = runs.some(({ summary }) => summary.servedOutputTokensPerSec !== null);
  const first = runs.some(({ series }) => series.timeline.bins.some(({ ttftMs }) => ttftMs !== null));
  const inFlight = (value: number): string => q.whole(Number(value.toFixed(1)));
  const seen = (bin: (bin: TimelineBin) => number | null) => ({
    kind: 'step' as const,
    values: ({ bins }: RunLine) =>
      bins.flatMap((one) => {
        const value = bin(one);
        return value === null ? [] : [{ atMs: one.startMs, value }];
      }),
  });
  const said = (what: string, format: TimeFigure['format'], of: (sample: ServerSample) => number | null) => {
    const values = ({ run }: RunLine) =>
      (run.summary.server?.samples ?? []).map((sample) => ({ atMs: sample.atMs, value: of(sample) }));
    const isSaid = runs.some(({ summary }) => summary.server?.samples.some((one) => of(one) !== null));
    return isSaid ? [{ what, kind: 'step' as const, format, values }] : [];
  };
  return [
    { what: w.inFlight, format: inFlight, ...seen((bin) => bin.inFlight) },
    tokens
      ? { what: w.tokensPerSec, format: q.rate, ...seen((bin) => bin.tokensPerSec) }
      : { what: w.requestsPerSec, format: q.rate, ...seen((bin) => bin.requestsPerSec) },
    ...(first ? [{ what: w.timeline.ttft, format: q.duration, ...seen((bin) => bin.ttftMs) }] : []),
    // Also where there was none: that is an answer.
    { what: w.errors, format: q.whole, ...seen((bin) => bin.errors), kind: 'bars' },
    ...said(w.timeline.running, q.whole, ({ running }) => running),
    ...said(w.timeline.waiting, q.whole, ({ waiting }) => waiting),
    ...said(w.timeline.kvCache, q.percent, ({ kvCacheUsage }) => kvCacheUsage),
  ];
}

/** A figure of recorded traffic. */
interface TrafficFigure extends TimeFigure<TimeLine<TrafficBin>> {
  readonly of: (bin: TrafficBin) => number;
}

/** Arrivals, concurrency and what went wrong over the recording. */
export function trafficFigures(
  { bins }: Pick<Traffic, 'bins'>,
  { traffic: w, quantities: q }: Messages,
): readonly TrafficFigure[] {
  const failed = ({ errors, aborts }: TrafficBin): number => errors + aborts;
  const figure = (what: string, of: TrafficFigure['of']): TrafficFigure => ({
    what,
    of,
    kind: 'bars',
    format: q.rate,
    values: (line) => line.bins.map((bin) => ({ atMs: bin.startMs, value: of(bin) })),
  });
  return [
    figure(w.arrivals, ({ arrivalsPerSec }) => arrivalsPerSec),
    figure(w.inFlight, ({ inFlight }) => inFlight),
    ...(bins.some((bin) => failed(bin) > 0) ? [figure(w.errorsAndAborts, failed)] : []),
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
  const lines = [{ series: 11, name: '', bins, binMs }];
  return {
    id: 'arrivals',
    wide: true,
    title: w.plotOverTime,
    lead: w.plotOverTimeLead,
    definition: w.plotOverTimeDefinition(q.whole(figures.exchanges), q.given(binMs)),
    drawings: drawn.map((figure) => {
      const description = w.description(figure.what, bins.length);
      return timeStack([figure], lines, { time: w.time, description, tip: w.tip }, [], q.duration);
    }),
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
