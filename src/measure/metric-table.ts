import type { Slo } from './goodput.ts';
import { between, longestStallMs, type Metric, type RequestRow } from './metric-kinds.ts';
import type { SampleStats } from './sample.ts';

/**
 * Every figure of a run, in the order in which tables and files have them: whatever prints, stores or compares figures
 * is made from this table, and docs/metrics.md, docs/json.md and the views of a tape are checked against it. Times are
 * milliseconds. A metric's names for people are in report/messages/metric-names.ts.
 */
export const METRICS = {
  e2elMs: {
    kind: 'request',
    unit: 'ms',
    definition: 'finished − sent',
    of: ({ sentUs, finishedUs }) => between(sentUs, finishedUs),
    csv: 'e2el',
    slo: true,
    hlog: 'finishedUs',
    drawn: '(finished_us - sent_us) / 1e3',
    matrix: { p50: ['main', 5], p99: ['main', 6], mean: ['more', 1] },
    compared: {
      better: 'lower',
      needsEqualLengths: true,
      // Medians gate rather than tails: with the few runs of a comparison a p99 varies by tens of percent.
      runs: { p50: 'gating', mean: 'supplementary', p99: 'supplementary' },
      // Made of TTFT and TPOT where answers are streamed: to test it as well would only cost the others power.
      pairs: { typical: 'fallback', p99: 'supplementary' },
      primary: 1,
    },
  },
  responseMs: {
    kind: 'request',
    unit: 'ms',
    definition: 'finished − scheduled',
    of: ({ scheduledUs, finishedUs }) => between(scheduledUs, finishedUs),
    loop: 'open',
    csv: 'response',
    hlog: 'finishedUs',
  },
  requestsPerSec: {
    kind: 'scalar',
    unit: 'per s',
    definition: 'answers of any status that were complete within the window ÷ window',
    of: ({ requestsPerSec }) => requestsPerSec,
    csv: 'requests_per_sec',
    matrix: { value: ['more', 3] },
  },
  bytesPerSec: {
    kind: 'scalar',
    unit: 'bytes per s',
    definition:
      'bytes read from the sockets for them, headers and framing included ÷ window; KB is 1024 bytes, as in wrk',
    of: ({ bytesPerSec }) => bytesPerSec,
    csv: 'bytes_per_sec',
    matrix: { value: ['more', 5] },
  },
  ttftMs: {
    kind: 'request',
    unit: 'ms',
    definition: 'first token − sent; streamed answers only',
    of: ({ streamed, sentUs, firstTokenUs }) => (streamed ? between(sentUs, firstTokenUs) : null),
    csv: 'ttft',
    slo: true,
    hlog: 'firstTokenUs',
    drawn: 'iif(streamed, (first_token_us - sent_us) / 1e3, NULL)',
    matrix: { p50: ['main', 3], p99: ['more', 2] },
    compared: {
      better: 'lower',
      needsEqualLengths: false,
      runs: { p50: 'gating', p99: 'supplementary' },
      pairs: { typical: 'gating', p99: 'supplementary' },
      primary: 3,
    },
  },
  ttftResponseMs: {
    kind: 'request',
    unit: 'ms',
    definition: 'first token − scheduled; streamed answers only',
    of: ({ streamed, scheduledUs, sentUs, firstTokenUs }) =>
      streamed && sentUs !== null ? between(scheduledUs, firstTokenUs) : null,
    loop: 'open',
    csv: 'ttft_response',
  },
  ttfoMs: {
    kind: 'request',
    unit: 'ms',
    definition: 'first token that is not reasoning − sent; streamed answers only',
    of: ({ streamed, sentUs, firstVisibleUs }) => (streamed ? between(sentUs, firstVisibleUs) : null),
    unlike: 'ttftMs',
    csv: 'ttfo',
    slo: true,
  },
  tpotMs: {
    kind: 'request',
    unit: 'ms',
    definition:
      '(last token − first token) ÷ (completion tokens − 1); streamed answers of two tokens or more',
    of: ({ streamed, firstTokenUs, lastTokenUs, completionTokens }) => {
      const ms = streamed ? between(firstTokenUs, lastTokenUs) : null;
      return ms === null || completionTokens === null || completionTokens < 2
        ? null
        : ms / (completionTokens - 1);
    },
    csv: 'tpot',
    slo: true,
    hlog: 'finishedUs',
    drawn:
      'iif(streamed AND completion_tokens > 1, (last_token_us - first_token_us) / 1e3 / (completion_tokens - 1), NULL)',
    matrix: { p50: ['main', 4] },
    compared: {
      better: 'lower',
      needsEqualLengths: false,
      countsTokens: true,
      runs: { p50: 'gating' },
      pairs: { typical: 'gating' },
      primary: 2,
    },
  },
  itlMs: {
    kind: 'gaps',
    perToken: false,
    unit: 'ms',
    definition: 'the gaps between reads that carried tokens, all requests pooled',
    csv: 'itl',
    slo: true,
    hlog: 'read',
    compared: {
      better: 'lower',
      needsEqualLengths: false,
      runs: { p99: 'supplementary' },
      pairs: { p99: 'supplementary' },
    },
  },
  itlPerTokenMs: {
    kind: 'gaps',
    perToken: true,
    unit: 'ms',
    definition:
      'the same, but a read of k tokens after a gap g gives k gaps of g ÷ k; absent unless usage came with every event, or equals the number of events, in 99 % of the streams',
    unlike: 'itlMs',
    csv: 'itl_per_token',
  },
  longestStallMs: {
    kind: 'paired',
    unit: 'ms',
    definition:
      'the longest time without a token: until the first, or between two reads that carried some; E2EL of an answer in one piece',
    of: (request, chunks) =>
      request.streamed ? longestStallMs(request, chunks) : between(request.sentUs, request.finishedUs),
    compared: { better: 'lower', needsEqualLengths: false, pairs: { slowest: 'gating' }, primary: 4 },
  },
  outputTokensPerSec: {
    kind: 'scalar',
    unit: 'per s',
    definition: 'completion tokens of the `ok` ones among them ÷ window',
    of: ({ outputTokensPerSec }) => outputTokensPerSec,
    csv: 'output_tokens_per_sec',
    matrix: { value: ['more', 4] },
  },
  totalTokensPerSec: {
    kind: 'scalar',
    unit: 'per s',
    definition: 'completion and prompt tokens of the same ÷ window',
    of: ({ totalTokensPerSec }) => totalTokensPerSec,
    csv: 'total_tokens_per_sec',
  },
  servedOutputTokensPerSec: {
    kind: 'scalar',
    unit: 'per s',
    definition:
      'completion tokens of every `ok` request × the share of its service time (sent to finished) that lies within the window ÷ window',
    of: ({ servedOutputTokensPerSec }) => servedOutputTokensPerSec,
    csv: 'served_output_tokens_per_sec',
    matrix: { value: ['main', 2] },
    compared: {
      better: 'higher',
      needsEqualLengths: true,
      // Tokens gate rather than requests: they depend less on which requests came last.
      runs: { value: 'gating' },
      pairs: { value: 'gating' },
      primary: 5,
    },
  },
  servedRequestsPerSec: {
    kind: 'scalar',
    unit: 'per s',
    definition: 'the sum of these shares over all `ok` requests ÷ window',
    of: ({ servedRequestsPerSec }) => servedRequestsPerSec,
    csv: 'served_requests_per_sec',
    matrix: { value: ['main', 1] },
    compared: {
      better: 'higher',
      needsEqualLengths: true,
      runs: { value: 'supplementary' },
      pairs: { value: 'supplementary' },
    },
  },
  goodputShare: {
    kind: 'scalar',
    unit: 'share',
    definition:
      'requests that ended `ok` and met every limit of `--slo` ÷ all requests but those that were cut by plan',
    of: ({ goodput }) => goodput?.share ?? null,
    optional: true,
    csv: 'goodput_share',
    matrix: { value: ['last', 1] },
  },
  goodputRequestsPerSec: {
    kind: 'scalar',
    unit: 'per s',
    definition: 'those of them that ended within the window ÷ window',
    of: ({ goodput }) => goodput?.requestsPerSec ?? null,
    csv: 'goodput_requests_per_sec',
  },
  prefixCacheHitRate: {
    kind: 'scalar',
    unit: 'share',
    definition: '`prefix_cache_hits` ÷ `prefix_cache_queries`',
    of: ({ server }) => server?.prefixCache?.hitRate ?? null,
    optional: true,
    corroborates: true,
    csv: 'prefix_cache_hit_rate',
    matrix: { value: ['more', 6] },
  },
  queueMs: {
    kind: 'scalar',
    unit: 'ms',
    definition: 'mean over requests, from `request_queue_time_seconds`',
    of: ({ server }) => server?.queueMs ?? null,
    corroborates: true,
    csv: 'server_queue_mean_ms',
  },
  prefillMs: {
    kind: 'scalar',
    unit: 'ms',
    definition: 'mean over requests, from `request_prefill_time_seconds`',
    of: ({ server }) => server?.prefillMs ?? null,
    corroborates: true,
  },
  kvCachePeak: {
    kind: 'scalar',
    unit: 'share',
    definition: 'the largest share of the KV cache in use that was seen during a run',
    of: ({ server }) =>
      server === null
        ? null
        : server.samples.reduce<number | null>(
            (most, { kvCacheUsage }) => (kvCacheUsage === null ? most : Math.max(most ?? 0, kvCacheUsage)),
            null,
          ),
    corroborates: true,
  },
  preemptions: {
    kind: 'scalar',
    unit: 'count',
    definition: '`num_preemptions`',
    of: ({ server }) => server?.preemptions ?? null,
    corroborates: true,
    csv: 'server_preemptions',
  },
  iterationTokens: {
    kind: 'scalar',
    unit: 'count',
    definition: 'mean over the steps of the engine, from `iteration_tokens_total`',
    of: ({ server }) => server?.iterationTokens ?? null,
    corroborates: true,
  },
  scheduleLagMs: {
    kind: 'sending',
    unit: 'ms',
    definition: 'sent − scheduled, of everything that was sent in an open loop',
    of: ({ scheduledUs, sentUs }) => between(scheduledUs, sentUs),
    loop: 'open',
    csv: 'schedule_lag',
    matrix: { p99: ['more', 7] },
  },
  requests: {
    kind: 'scalar',
    unit: 'count',
    definition: 'all that were sent, also those that ended after the window',
    of: ({ requests }) => requests,
    csv: 'requests',
    matrix: { value: ['more', 8] },
  },
  errors: {
    kind: 'scalar',
    unit: 'count',
    definition: 'all outcomes but `ok` and `client_aborted`',
    of: ({ errors }) => errors,
    csv: 'errors',
    matrix: { value: ['last', 2] },
  },
  plannedAborts: {
    kind: 'scalar',
    unit: 'count',
    definition: 'requests that the replay cut where their recorded client had gone away',
    of: ({ plannedAborts }) => plannedAborts,
    optional: true,
    csv: 'planned_aborts',
    matrix: { value: ['more', 9] },
  },
  drained: {
    kind: 'scalar',
    unit: 'count',
    definition: 'requests that ended after the window: they count in latencies, not in rates',
    of: ({ drained }) => drained,
    csv: 'drained',
  },
  promptTokens: {
    kind: 'scalar',
    unit: 'count',
    definition: 'sum over `ok` requests',
    of: ({ promptTokens }) => promptTokens,
    csv: 'prompt_tokens',
  },
  completionTokens: {
    kind: 'scalar',
    unit: 'count',
    definition: 'sum over `ok` requests',
    of: ({ completionTokens }) => completionTokens,
    csv: 'completion_tokens',
  },
  promptLength: {
    kind: 'request',
    unit: 'tokens',
    definition: 'prompt tokens of a request',
    of: ({ promptTokens }) => promptTokens,
    sufficient: false,
  },
  completionLength: {
    kind: 'request',
    unit: 'tokens',
    definition: 'completion tokens of a request',
    of: ({ completionTokens }) => completionTokens,
    sufficient: false,
  },
} as const satisfies Readonly<Record<string, Metric>>;

export type MetricKey = keyof typeof METRICS;

/** The output tokens of each request that counts in the latencies, by which answers of two sides are of equal length. */
export const OUTPUT_LENGTH = 'completionLength' satisfies MetricKey;

/** What a request takes from sending to its end, and to its first token: what a first look at a server asks for. */
export const WHOLE_ANSWER = 'e2elMs' satisfies MetricKey;
export const FIRST_TOKEN = 'ttftMs' satisfies MetricKey;

/** What a server gives, by the part of each answer that lies within the window. */
export const SERVED_TOKENS = 'servedOutputTokensPerSec' satisfies MetricKey;

/** By which a comparison is known to be one of servers and not of caches. */
export const CACHE_HITS = 'prefixCacheHitRate' satisfies MetricKey;

/** The keys of the metrics of some kinds. */
export type KeyOf<Kind extends Metric['kind']> = {
  [K in MetricKey]: (typeof METRICS)[K] extends { readonly kind: Kind } ? K : never;
}[MetricKey];

/** Metrics that a summary describes as samples. */
export type SampleKey = KeyOf<'request' | 'sending' | 'gaps'>;

/** Metrics whose distribution is drawn. */
export type DrawnKey = {
  [K in MetricKey]: (typeof METRICS)[K] extends { readonly drawn: string } ? K : never;
}[MetricKey];

/** The samples of a run. */
export type RunSamples = Readonly<Record<SampleKey, SampleStats>>;

/** A row of the table with its key. */
export type Keyed<Row extends Metric, Key = MetricKey> = Row & { readonly key: Key };

/** The whole table as a list, in its order. */
export const METRIC_LIST: readonly Keyed<Metric>[] = Object.entries(METRICS).map(([key, row]) => ({
  key: key as MetricKey,
  ...(row as Metric),
}));

/** The rows of some kinds, in the table's order. */
export function metricsOf<Kind extends Metric['kind']>(
  ...kinds: readonly Kind[]
): readonly Keyed<Extract<Metric, { readonly kind: Kind }>, KeyOf<Kind>>[] {
  const found = METRIC_LIST.filter(({ kind }) => (kinds as readonly string[]).includes(kind));
  return found as unknown as readonly Keyed<Extract<Metric, { readonly kind: Kind }>, KeyOf<Kind>>[];
}

/** The metrics whose distribution is drawn, in the table's order. */
export const DRAWN = metricsOf('request').filter(
  ({ drawn }) => drawn !== undefined,
) as unknown as readonly Keyed<RequestRow, DrawnKey>[];

/** The metrics that a good request may have a limit of. */
export const LIMITED = metricsOf('request', 'gaps').filter(
  ({ slo }) => slo === true,
) as unknown as readonly Keyed<Metric & { readonly csv: string }, keyof Slo>[];
