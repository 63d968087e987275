import type { HistogramBucket } from '../measure/length-histogram.ts';
import type { SampleStats } from '../measure/sample-stats.ts';
import type { TapeFigures } from '../measure/tape-figures.ts';
import type { Traffic } from '../measure/traffic.ts';
import type { BarChart, Block, Page } from './block.ts';
import { cellName } from './cells.ts';
import { instant } from './environment-facts.ts';
import { lengthsPlot } from './plots/lengths-plot.ts';
import { trafficPlot } from './plots/traffic-plot.ts';
import type { Words } from './words/english.ts';
import { type Language, wordsOf } from './words/words.ts';

/** What is on a tape. */
export interface TrafficReport {
  /** The tape's file, as the user named it. */
  readonly tape: string;
  readonly figures: TapeFigures;
  readonly traffic: Traffic;
  readonly toolVersion: string;
}

/** Bars of a chart over time in a terminal. */
const MOST_BARS = 60;

/** What is on a tape, in words but without a look. */
export function trafficPage(report: TrafficReport, language: Language): Page {
  const words = wordsOf(language);
  const { figures, traffic, tape } = report;
  const { traffic: w } = words;
  const plots = [trafficPlot(report, words), lengthsPlot(report, words)].filter((plot) => plot !== null);
  return {
    language,
    title: w.title(tape),
    lead: [],
    sections: [
      {
        id: 'overview',
        title: w.overview,
        blocks: [{ kind: 'facts', facts: facts(figures, traffic, words) }],
      },
      { id: 'time', title: w.overTime, blocks: overTime(traffic, words), formats: ['text', 'markdown'] },
      { id: 'lengths', title: w.lengths, blocks: lengths(traffic, words), formats: ['text', 'markdown'] },
      {
        id: 'plots',
        title: words.page.plots,
        blocks: plots.length === 0 ? [] : [{ kind: 'plots', plots }],
        formats: ['html'],
      },
      { id: 'runs', title: w.runs, blocks: runs(figures, words) },
      {
        id: 'definitions',
        title: w.definitions,
        blocks: [{ kind: 'text', text: w.prefixDefinition }],
        formats: ['markdown', 'html'],
      },
    ],
    footer: words.page.generatedBy(report.toolVersion),
  };
}

function facts(figures: TapeFigures, traffic: Traffic, words: Words): readonly (readonly [string, string])[] {
  const { traffic: w, quantities: q } = words;
  const cv: readonly (readonly [string, string])[] =
    traffic.arrivalCv === null ? [] : [[w.arrivalPattern, w.arrivalsCv(q.times(traffic.arrivalCv))]];
  return [
    [w.captures, w.capturesOf(figures.captures, figures.upstreams.join(words.comma))],
    [w.exchanges, w.streamed(q.whole(figures.exchanges), q.whole(figures.streamed))],
    [w.outcomes, counts(figures.outcomes, words)],
    [w.dropped, counts(figures.drops, words)],
    [w.span, span(figures, words)],
    ...cv,
    [w.models, counts(figures.models, words)],
    [w.paths, counts(figures.paths, words)],
    [w.sessions, q.whole(figures.sessions)],
    [w.conversations, conversations(figures, traffic, words)],
    [w.prompt, tokens(figures.promptTokens, figures.promptLength, words)],
    [w.completion, tokens(figures.completionTokens, figures.completionLength, words)],
    [w.ttft, latency(figures.ttftMs, words)],
    [w.e2el, latency(figures.e2elMs, words)],
    [w.prefix, prefix(traffic, words)],
  ];
}

function counts(by: Readonly<Record<string, number | undefined>>, words: Words): string {
  const parts = Object.entries(by)
    .filter(([, n]) => (n ?? 0) > 0)
    .sort(([, a], [, b]) => (b ?? 0) - (a ?? 0))
    .map(([word, n]) => `${word} ${words.quantities.whole(n ?? 0)}`);
  return parts.length === 0 ? words.traffic.none : parts.join(words.comma);
}

function span(figures: TapeFigures, { traffic: w, quantities: q }: Words): string {
  const { firstArrivalAt, durationMs, requestsPerSec, peakInFlight } = figures;
  if (firstArrivalAt === null) return '–';
  return w.spanOf(
    instant(firstArrivalAt),
    q.duration(durationMs),
    q.rate(requestsPerSec),
    q.whole(peakInFlight),
  );
}

function conversations(
  { exchanges }: TapeFigures,
  traffic: Traffic,
  { traffic: w, quantities: q }: Words,
): string {
  if (traffic.conversations === 0) return '–';
  return w.conversationsOf(q.whole(traffic.conversations), q.times(exchanges / traffic.conversations));
}

function tokens(sum: number, { p50, p90, max }: SampleStats, { traffic: w, quantities: q }: Words): string {
  return w.tokens(q.whole(sum), q.whole(p50), q.whole(p90), q.whole(max));
}

function latency(stats: SampleStats, { traffic: w, quantities: q }: Words): string {
  return w.latency(q.percentileOf(stats, 'p50'), q.percentileOf(stats, 'p99'), q.duration(stats.max));
}

function prefix(
  { prefix: p, cachedTokens, cachedOfTokens }: Traffic,
  { traffic: w, quantities: q }: Words,
): string {
  const told = cachedOfTokens === 0 ? '' : w.prefixReported(q.percent(cachedTokens / cachedOfTokens));
  return (
    (p.share === null ? w.prefixUnknown : w.prefixShare(q.percent(p.share), q.whole(p.prompts), p.complete)) +
    told
  );
}

function overTime({ bins, binMs }: Traffic, { traffic: w, quantities: q }: Words): readonly Block[] {
  const step = Math.max(1, Math.ceil(bins.length / MOST_BARS));
  const groups = Array.from({ length: Math.ceil(bins.length / step) }, (_, i) =>
    bins.slice(i * step, (i + 1) * step),
  );
  const chart = (title: string, of: (bin: Traffic['bins'][number]) => number): Block => ({
    kind: 'bars',
    chart: {
      title,
      direction: 'up',
      bars: groups.map((group, i) => {
        const amount = group.reduce((sum, bin) => sum + of(bin), 0) / group.length;
        return { name: q.given(i * step * binMs), amount, label: w.most(q.rate(amount)) };
      }),
    },
  });
  const bad = bins.some(({ errors, aborts }) => errors + aborts > 0);
  return [
    chart(w.arrivals, ({ arrivalsPerSec }) => arrivalsPerSec),
    chart(w.inFlight, ({ inFlight }) => inFlight),
    ...(bad ? [chart(w.errorsAndAborts, ({ errors, aborts }) => errors + aborts)] : []),
  ];
}

function lengths(
  { promptLengths, completionLengths, turns }: Traffic,
  { traffic: w, quantities: q }: Words,
): readonly Block[] {
  const chart = (title: string, buckets: readonly HistogramBucket[]): BarChart => ({
    title,
    direction: 'right',
    bars: buckets.map((bucket) => ({
      name: bucketName(bucket, q.whole),
      amount: bucket.count,
      label: q.whole(bucket.count),
    })),
  });
  return [
    chart(w.promptLength, promptLengths),
    chart(w.completionLength, completionLengths),
    chart(w.turns, turns),
  ].map((bars): Block => ({ kind: 'bars', chart: bars }));
}

/** `51–100`, or the number alone. */
export function bucketName({ from, to }: HistogramBucket, whole: (n: number) => string): string {
  return from === to ? whole(to) : `${whole(from)}–${whole(to)}`;
}

function runs({ runs: lines }: TapeFigures, { traffic: w, matrix }: Words): readonly Block[] {
  if (lines.length === 0) return [];
  return [
    {
      kind: 'table',
      notes: [],
      table: {
        caption: w.runs,
        header: [w.run, w.label, w.cell, w.repeat, w.started, w.target, w.valid],
        left: new Set([1, 2, 4, 5, 6]),
        rows: lines.map((run) => [
          String(run.id),
          run.label,
          cellName(run.cell),
          String(run.repeat),
          instant(run.startedAt),
          run.target,
          run.valid ? matrix.yes : matrix.no,
        ]),
      },
    },
  ];
}
