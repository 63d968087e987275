import type { SampleStats } from '../measure/sample.ts';
import type { TapeFigures } from '../measure/tape-figures.ts';
import type { Traffic } from '../measure/traffic.ts';
import { instant } from './environment-facts.ts';
import type { Messages } from './messages/messages.ts';
import type { TrafficReport } from './runs-report.ts';

/** What is on a tape, fact by fact. */
export function trafficFacts(
  { figures, traffic }: TrafficReport,
  messages: Messages,
): readonly (readonly [string, string])[] {
  const { traffic: w, quantities: q } = messages;
  const cv: readonly (readonly [string, string])[] =
    traffic.arrivalCv === null ? [] : [[w.arrivalPattern, w.arrivalsCv(q.times(traffic.arrivalCv))]];
  return [
    [w.captures, capturesText(figures, messages)],
    [w.exchanges, w.streamed(q.whole(figures.exchanges), q.whole(figures.streamed))],
    [w.outcomes, counts(figures.outcomes, messages)],
    [w.dropped, counts(figures.drops, messages)],
    [w.span, span(figures, messages)],
    ...cv,
    [w.models, counts(figures.models, messages)],
    [w.paths, counts(figures.paths, messages)],
    [w.sessions, q.whole(figures.sessions)],
    [w.conversations, conversations(figures, traffic, messages)],
    [w.prompt, tokens(figures.promptTokens, figures.promptLength, messages)],
    [w.completion, tokens(figures.completionTokens, figures.completionLength, messages)],
    [w.ttft, latency(figures.ttftMs, messages)],
    [w.e2el, latency(figures.e2elMs, messages)],
    [w.prefix, prefix(traffic, messages)],
  ];
}

function capturesText({ captures, unclosedCaptures, upstreams }: TapeFigures, messages: Messages): string {
  const { capturesOf, unclosed } = messages.traffic;
  const text = capturesOf(captures, upstreams.join(messages.comma));
  return unclosedCaptures === 0 ? text : text + unclosed(unclosedCaptures);
}

function counts(by: Readonly<Record<string, number | undefined>>, messages: Messages): string {
  const parts = Object.entries(by)
    .filter(([, n]) => (n ?? 0) > 0)
    .sort(([, a], [, b]) => (b ?? 0) - (a ?? 0))
    .map(([word, n]) => `${word} ${messages.quantities.whole(n ?? 0)}`);
  return parts.length === 0 ? messages.traffic.none : parts.join(messages.comma);
}

function span(figures: TapeFigures, { traffic: w, quantities: q }: Messages): string {
  const { firstArrivalAt, durationMs, requestsPerSec, peakInFlight } = figures;
  if (figures.exchanges === 0) return '–';
  if (firstArrivalAt === null && durationMs === 0) return w.noArrivals;
  return w.spanOf(
    firstArrivalAt === null ? w.startUnknown : instant(firstArrivalAt),
    q.duration(durationMs),
    q.rate(requestsPerSec),
    q.whole(peakInFlight),
  );
}

function conversations(
  { exchanges }: TapeFigures,
  traffic: Traffic,
  { traffic: w, quantities: q }: Messages,
): string {
  if (traffic.conversations === 0) return '–';
  return w.conversationsOf(q.whole(traffic.conversations), q.times(exchanges / traffic.conversations));
}

function tokens(
  sum: number,
  { p50, p90, max }: SampleStats,
  { traffic: w, quantities: q }: Messages,
): string {
  return w.tokens(q.whole(sum), q.whole(p50), q.whole(p90), q.whole(max));
}

function latency(stats: SampleStats, { traffic: w, quantities: q }: Messages): string {
  const [p50, p90, p99] = (['p50', 'p90', 'p99'] as const).map((name) => q.percentileOf(stats, name));
  return w.latency(p50 ?? '', p90 ?? '', p99 ?? '', q.duration(stats.max));
}

function prefix(
  { prefix: p, cachedTokens, cachedOfTokens }: Traffic,
  { traffic: w, quantities: q }: Messages,
): string {
  const told = cachedOfTokens === 0 ? '' : w.prefixReported(q.percent(cachedTokens / cachedOfTokens));
  return (
    (p.share === null ? w.prefixUnknown : w.prefixShare(q.percent(p.share), q.whole(p.prompts), p.complete)) +
    told
  );
}
