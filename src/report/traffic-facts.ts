import type { SampleStats } from '../measure/sample-stats.ts';
import type { TapeFigures } from '../measure/tape-figures.ts';
import type { Traffic } from '../measure/traffic.ts';
import { instant } from './environment-facts.ts';
import type { TrafficReport } from './traffic-report.ts';
import type { Words } from './words/english.ts';

/** What is on a tape, fact by fact. */
export function trafficFacts(
  { figures, traffic }: TrafficReport,
  words: Words,
): readonly (readonly [string, string])[] {
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
  const [p50, p90, p99] = (['p50', 'p90', 'p99'] as const).map((name) => q.percentileOf(stats, name));
  return w.latency(p50 ?? '', p90 ?? '', p99 ?? '', q.duration(stats.max));
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
