import type { TapeFigures } from '../measure/tape-figures.ts';
import type { Traffic } from '../measure/traffic.ts';
import type { ChunkTimes } from '../model/chunk-times.ts';
import type { Exchange } from '../model/exchange.ts';
import { cellName } from '../model/run.ts';
import { type Block, factsBlock, type Page, plotsBlock, section, tableBlock, texts } from './block.ts';
import { instant } from './environment-facts.ts';
import { percentileNote } from './matrix.ts';
import type { Language } from './messages/languages.ts';
import { type Messages, messagesOf } from './messages/messages.ts';
import { bucketName, lengthFigures, lengthsPlot } from './plots/lengths-plot.ts';
import { trafficFigures, trafficPlot } from './plots/time-plots.ts';
import type { TrafficReport } from './runs-report.ts';
import { trafficFacts } from './traffic-facts.ts';

/** What is on a tape, in words but without a look. */
export function trafficPage(report: TrafficReport, language: Language): Page {
  const messages = messagesOf(language);
  const { figures, traffic, tape } = report;
  const { traffic: w } = messages;
  const plots = [trafficPlot(report, messages), lengthsPlot(report, messages)];
  return {
    language,
    title: w.title(tape),
    lead: figures.exchanges === 0 ? [] : [summary(report, messages)],
    sections: [
      section('overview', w.overview, [
        factsBlock(trafficFacts(report, messages)),
        ...texts(figures.e2elMs.p99 === null ? [percentileNote(messages)] : []),
      ]),
      section('time', w.overTime, barsOverTime(traffic, messages), 'text', 'markdown'),
      section('lengths', w.lengths, lengthBars(report, messages), 'text', 'markdown'),
      section('plots', messages.page.plots, plotsBlock(plots), 'html'),
      section('runs', w.runs, runs(figures, messages)),
      section('definitions', w.definitions, texts([w.prefixDefinition]), 'markdown', 'html'),
    ],
    footer: messages.page.generatedBy(report.toolVersion),
  };
}

/** What came, how it ended, and how long it was: one sentence. */
function summary({ figures, traffic }: TrafficReport, { traffic: w, quantities: q }: Messages): string {
  const { exchanges, outcomes, durationMs, requestsPerSec, peakInFlight, promptLength, completionLength } =
    figures;
  const unknown = outcomes.unknown ?? 0;
  const failed = exchanges - (outcomes.ok ?? 0) - unknown;
  return w.summary(
    q.whole(exchanges),
    q.whole(traffic.conversations),
    // Imported requests may have no arrival times.
    durationMs === 0 ? null : w.pace(q.duration(durationMs), q.rate(requestsPerSec), q.whole(peakInFlight)),
    q.whole(failed),
    q.whole(unknown),
    q.whole(promptLength.p50),
    q.whole(completionLength.p50),
  );
}

function runs({ runs: lines }: TapeFigures, { traffic: w, matrix }: Messages): readonly Block[] {
  if (lines.length === 0) return [];
  const rows = lines.map((run) => [
    String(run.id),
    run.label,
    cellName(run.cell),
    String(run.repeat),
    instant(run.startedAt),
    run.target,
    run.valid ? matrix.yes : matrix.no,
  ]);
  const header = [w.run, w.label, w.cell, w.repeat, w.started, w.target, w.valid];
  return [tableBlock({ caption: w.runs, header, left: new Set([1, 2, 4, 5, 6]), rows })];
}

/** One recorded exchange with the reads of its answer. */
export interface ExchangeReport {
  readonly tape: string;
  readonly exchange: Exchange;
  readonly chunks: ChunkTimes;
  readonly toolVersion: string;
}

/** Gaps between reads that are listed. */
const LONGEST_GAPS = 5;

/** One recorded exchange: how it went, its tokens over time, and where it paused. */
export function exchangePage(
  { tape, exchange, chunks, toolVersion }: ExchangeReport,
  language: Language,
): Page {
  const messages = messagesOf(language);
  const { traffic: w, quantities: q } = messages;
  const { id, arrivedUs, firstTokenUs, finishedUs, outcome, method, path, model } = exchange;
  const since = (us: number | null): string => q.duration(us === null ? null : (us - arrivedUs) / 1e3);
  const reads = chunks.atUs.flatMap((atUs, i) => {
    const tokens = chunks.tokens[i] ?? 0;
    return tokens === 0 ? [] : [{ atUs, tokens }];
  });
  const gaps = reads.map(({ atUs }, i) => ({ atUs, gapUs: atUs - (reads[i - 1]?.atUs ?? arrivedUs) }));
  const longest = gaps.toSorted((a, b) => b.gapUs - a.gapUs).slice(0, LONGEST_GAPS);
  const rows = longest.map(({ atUs, gapUs }) => [since(atUs), q.duration(gapUs / 1e3)]);
  const header = [w.gapEnded, w.gap];
  return {
    language,
    title: w.exchangeTitle(String(id), tape),
    lead: [],
    sections: [
      section('overview', w.overview, [
        factsBlock([
          [w.paths, `${method} ${path}`],
          [w.models, model ?? '–'],
          [w.outcomes, outcome],
          [w.ttft, since(firstTokenUs)],
          [w.e2el, since(finishedUs)],
          [w.prompt, q.whole(exchange.promptTokens)],
          [w.completion, q.whole(exchange.completionTokens)],
        ]),
      ]),
      section('time', w.tokensOverTime, tokenBars(reads, arrivedUs, messages)),
      section(
        'gaps',
        w.longestGaps,
        rows.length === 0 ? [] : [tableBlock({ caption: w.longestGaps, header, rows })],
      ),
    ],
    footer: messages.page.generatedBy(toolVersion),
  };
}

function tokenBars(
  reads: readonly { readonly atUs: number; readonly tokens: number }[],
  fromUs: number,
  { traffic: w, quantities: q }: Messages,
): readonly Block[] {
  const lastUs = reads.at(-1)?.atUs ?? fromUs;
  if (lastUs <= fromUs) return [];
  const width = (lastUs - fromUs) / MOST_BARS;
  const amounts = new Array<number>(MOST_BARS).fill(0);
  for (const { atUs, tokens } of reads) {
    const bin = Math.min(MOST_BARS - 1, Math.floor((atUs - fromUs) / width));
    amounts[bin] = (amounts[bin] ?? 0) + tokens;
  }
  const bars = amounts.map((amount, i) => ({
    name: q.given((i * width) / 1e3),
    amount,
    label: w.most(q.whole(amount)),
  }));
  return [{ kind: 'bars', chart: { title: w.tokensEach(q.duration(width / 1e3)), direction: 'up', bars } }];
}

/** Bars of a chart over time in a terminal. */
const MOST_BARS = 60;

/** Arrivals, concurrency and what went wrong over the recording, drawn with characters. */
export function barsOverTime(traffic: Traffic, messages: Messages): readonly Block[] {
  const { traffic: w, quantities: q } = messages;
  const { bins, binMs } = traffic;
  const step = Math.max(1, Math.ceil(bins.length / MOST_BARS));
  const groups = Array.from({ length: Math.ceil(bins.length / step) }, (_, i) =>
    bins.slice(i * step, (i + 1) * step),
  );
  return trafficFigures(traffic, messages).map(({ what: title, of }) => {
    const bars = groups.map((group, i) => {
      const amount = group.reduce((sum, bin) => sum + of(bin), 0) / group.length;
      return { name: q.given(i * step * binMs), amount, label: w.most(q.rate(amount)) };
    });
    return { kind: 'bars', chart: { title, direction: 'up', bars } };
  });
}

/** Lengths of prompts, answers and conversations, drawn with characters. */
export function lengthBars(
  report: Pick<TrafficReport, 'figures' | 'traffic'>,
  { traffic: w, quantities: q }: Messages,
): readonly Block[] {
  return lengthFigures(report, w).map(({ what: title, buckets }) => {
    const bars = buckets.map((bucket) => ({
      name: bucketName(bucket, q.whole),
      amount: bucket.count,
      label: q.whole(bucket.count),
    }));
    return { kind: 'bars', chart: { title, direction: 'right', bars } };
  });
}
