import type { Dialect } from '../dialect.ts';
import type { EngineState } from '../engine/engine.ts';
import type { Server } from '../server.ts';
import type { Figures, Histogram } from './figures.ts';

/** What a page shows beside the figures. */
export type PageSettings = Pick<
  Server,
  'dialect' | 'model' | 'cache' | 'apiServerCount' | 'startedSec' | 'prefixCaching' | 'limits'
>;

export interface MetricsPage {
  readonly contentType: string;
  readonly text: string;
}

type Value = number | Histogram | Readonly<Record<string, number>>;

/**
 * One family of a page. The first word lists the front ends that have it: `8` 0.8.5, `p` Python 0.32, `r` Rust, `l` Rust
 * once it has counted something, `d` Python with speculative decoding. A record has one value for each value of the
 * label `by`.
 */
type Row = readonly [
  fronts: string,
  kind: 'counter' | 'gauge' | 'histogram',
  name: string,
  value: (figures: Figures, state: EngineState) => Value,
  help: string,
  by?: string,
];

/** The pages of real servers, a family a line: what reprise or `vllm bench serve` reads is counted, the rest is at rest. */
// biome-ignore format: a family a line
const ROWS: readonly Row[] = [
  ['pr', 'counter', 'estimated_flops_per_gpu', () => 0, 'Estimated number of floating point operations per GPU (for Model Flops Utilization calculations).'],
  ['pr', 'counter', 'estimated_read_bytes_per_gpu', () => 0, 'Estimated number of bytes read from memory per GPU (for Model Flops Utilization calculations).'],
  ['pr', 'counter', 'estimated_write_bytes_per_gpu', () => 0, 'Estimated number of bytes written to memory per GPU (for Model Flops Utilization calculations).'],
  ['8pr', 'gauge', 'num_requests_running', (_, { running }) => running, 'Number of requests in model execution batches.'],
  ['8pr', 'gauge', 'num_requests_waiting', (_, { waiting }) => waiting, 'Number of requests waiting to be processed.'],
  ['pr', 'gauge', 'num_requests_waiting_by_reason', (_, { waiting }) => ({ capacity: waiting, deferred: 0 }), "Number of waiting requests by reason. Reason labels: 'capacity' = waiting for scheduling capacity; 'deferred' = deferred by transient constraints (LoRA budget, KV transfer, blocked status). Sum of all reasons equals vllm:num_requests_waiting.", 'reason'],
  ['p', 'gauge', 'engine_sleep_state', () => ({ awake: 1, weights_offloaded: 0, discard_all: 0 }), 'Engine sleep state; awake = 0 means engine is sleeping; awake = 1 means engine is awake; weights_offloaded = 1 means sleep level 1; discard_all = 1 means sleep level 2.', 'sleep_state'],
  ['8', 'gauge', 'gpu_cache_usage_perc', (_, { kvUsage }) => kvUsage, 'GPU KV-cache usage. 1 means 100 percent usage.'],
  ['pr', 'gauge', 'kv_cache_usage_perc', (_, { kvUsage }) => kvUsage, 'KV-cache usage. 1 means 100 percent usage.'],
  ['8', 'counter', 'gpu_prefix_cache_queries', ({ queried }) => queried.blocks, 'GPU prefix cache queries, in terms of number of queried blocks.'],
  ['8', 'counter', 'gpu_prefix_cache_hits', ({ found }) => found.blocks, 'GPU prefix cache hits, in terms of number of cached blocks.'],
  ['pr', 'counter', 'prefix_cache_queries', ({ queried }) => queried.tokens, 'Prefix cache queries, in terms of number of queried tokens.'],
  ['pr', 'counter', 'prefix_cache_hits', ({ found }) => found.tokens, 'Prefix cache hits, in terms of number of cached tokens.'],
  ['pr', 'counter', 'external_prefix_cache_queries', () => 0, 'External prefix cache queries from KV connector cross-instance cache sharing, in terms of number of queried tokens.'],
  ['pr', 'counter', 'external_prefix_cache_hits', () => 0, 'External prefix cache hits from KV connector cross-instance cache sharing, in terms of number of cached tokens.'],
  ['p', 'counter', 'mm_cache_queries', () => 0, 'Multi-modal cache queries, in terms of number of queried items.'],
  ['p', 'counter', 'mm_cache_hits', () => 0, 'Multi-modal cache hits, in terms of number of cached items.'],
  ['8pr', 'counter', 'num_preemptions', ({ preemptions }) => preemptions, 'Cumulative number of preemption from the engine.'],
  ['8pl', 'counter', 'prompt_tokens', ({ promptTokens }) => promptTokens.total, 'Number of prefill tokens processed.'],
  ['pr', 'counter', 'prompt_tokens_by_source', ({ promptTokens: { total, cached } }) => ({ local_compute: total - cached, local_cache_hit: cached, external_kv_transfer: 0 }), 'Number of prompt tokens by source.', 'source'],
  ['pl', 'counter', 'prompt_tokens_cached', ({ promptTokens }) => promptTokens.cached, 'Number of cached prompt tokens (local + external).'],
  ['pr', 'counter', 'prompt_tokens_cached_by_source', ({ found }) => ({ device: found.tokens, host: 0, p2p: 0, disk: 0, external_unspecified: 0 }), 'Prefix-cache hit tokens by the cache tier that supplied them: device (local HBM), host (offloaded to DRAM), disk, p2p (transferred from another vLLM instance) or external_unspecified. Counted at admission; sums to vllm:prefix_cache_hits + vllm:external_prefix_cache_hits.', 'source'],
  ['8pr', 'counter', 'generation_tokens', ({ generationTokens }) => generationTokens, 'Number of generation tokens processed.'],
  ['8', 'counter', 'request_success', ({ finished: { stop, length, abort } }) => ({ stop, length, abort }), 'Count of successfully processed requests.', 'finished_reason'],
  ['pl', 'counter', 'request_success', ({ finished }) => finished, 'Count of successfully processed requests.', 'finished_reason'],
  ['p', 'counter', 'admission_rejections', ({ refused }) => ({ max_num_queued_reqs: refused, max_num_queued_tokens: 0 }), 'Number of admission attempts rejected by a queue limit, by reason.', 'reason'],
  ['dr', 'counter', 'spec_decode_num_drafts', ({ drafts }) => drafts.steps, 'Number of spec decoding drafts.'],
  ['dr', 'counter', 'spec_decode_num_draft_tokens', ({ drafts }) => drafts.tokens, 'Number of draft tokens.'],
  ['dr', 'counter', 'spec_decode_num_accepted_tokens', ({ drafts }) => drafts.accepted, 'Number of accepted tokens.'],
  ['dr', 'counter', 'spec_decode_num_accepted_tokens_per_pos', ({ acceptedAt }) => Object.fromEntries(acceptedAt.entries()), 'Accepted tokens per draft position.', 'position'],
  ['8pl', 'histogram', 'request_prompt_tokens', (f) => f.requestPromptTokens, 'Number of prefill tokens processed.'],
  ['8pl', 'histogram', 'request_generation_tokens', (f) => f.requestGenerationTokens, 'Number of generation tokens processed.'],
  ['8pl', 'histogram', 'iteration_tokens_total', (f) => f.stepTokens, 'Histogram of number of tokens per engine_step.'],
  ['8pl', 'histogram', 'request_max_num_generation_tokens', (f) => f.requestMaxGenerationTokens, 'Histogram of maximum number of requested generation tokens.'],
  ['8pl', 'histogram', 'request_params_n', (f) => f.paramsN, 'Histogram of the n request parameter.'],
  ['8pl', 'histogram', 'request_params_max_tokens', (f) => f.paramsMaxTokens, 'Histogram of the max_tokens request parameter.'],
  ['8pl', 'histogram', 'time_to_first_token_seconds', (f) => f.ttft, 'Histogram of time to first token in seconds.'],
  ['8', 'histogram', 'time_per_output_token_seconds', (f) => f.itl, 'Histogram of time per output token in seconds.'],
  ['pl', 'histogram', 'inter_token_latency_seconds', (f) => f.itl, 'Histogram of inter-token latency in seconds.'],
  ['pl', 'histogram', 'request_time_per_output_token_seconds', (f) => f.requestTpot, 'Histogram of time_per_output_token_seconds per request.'],
  ['8pl', 'histogram', 'e2e_request_latency_seconds', (f) => f.e2e, 'Histogram of e2e request latency in seconds.'],
  ['8pl', 'histogram', 'request_queue_time_seconds', (f) => f.queue, 'Histogram of time spent in WAITING phase for request.'],
  ['8pl', 'histogram', 'request_inference_time_seconds', (f) => f.inference, 'Histogram of time spent in RUNNING phase for request.'],
  ['8pl', 'histogram', 'request_prefill_time_seconds', (f) => f.prefill, 'Histogram of time spent in PREFILL phase for request.'],
  ['8pl', 'histogram', 'request_decode_time_seconds', (f) => f.decode, 'Histogram of time spent in DECODE phase for request.'],
  ['pl', 'histogram', 'request_num_preemptions', (f) => f.requestPreemptions, 'Histogram of the number of times a request was preempted.'],
  ['pl', 'histogram', 'request_prefill_kv_computed_tokens', (f) => f.requestComputedTokens, 'Histogram of new KV tokens computed during prefill (excluding cached tokens).'],
];

const FRONTS: Readonly<Record<Dialect, string>> = { 'v0.8.5': '8', 'v0.32': 'p', rust: 'rl' };

const CONTENT_TYPES: Readonly<Record<Dialect, string>> = {
  'v0.8.5': 'text/plain; version=0.0.4; charset=utf-8',
  'v0.32': 'text/plain; version=1.0.0; charset=utf-8',
  rust: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/** `/metrics` as a front end writes it: Prometheus text from Python, OpenMetrics from Rust. */
export function metricsPage(settings: PageSettings, figures: Figures, state: EngineState): MetricsPage {
  const { dialect } = settings;
  const fronts = FRONTS[dialect] + (figures.acceptedAt.length > 0 ? 'd' : '');
  const rows = ROWS.filter(([has]) => [...fronts].some((front) => has.includes(front)));
  const lines = rows.flatMap((row) => familyLines(row, row[3](figures, state), settings));
  const all = dialect === 'rust' ? [...lines, '# EOF'] : [...processLines(settings), ...lines];
  return { contentType: CONTENT_TYPES[dialect], text: `${all.join('\n')}\n` };
}

/** What Python's client says of the process (several API servers share their metrics in files, and have none), and of the cache's configuration: a gauge of 1 with labels. */
function processLines({ apiServerCount, startedSec, cache, ...settings }: PageSettings): readonly string[] {
  const start = 'process_start_time_seconds';
  const started = [
    ...headLines(start, 'gauge', 'Start time of the process since unix epoch in seconds.'),
    `${start} ${startedSec}`,
  ];
  const info = 'vllm:cache_config_info';
  const labels = cache && {
    block_size: `${cache.blockSize}`,
    cache_dtype: 'auto',
    enable_prefix_caching: settings.prefixCaching ? 'True' : 'False',
    engine: '0',
    gpu_memory_utilization: `${settings.limits.gpuMemoryUtilization}`,
    num_gpu_blocks: `${cache.blocks}`,
  };
  return [
    ...(apiServerCount > 1 ? [] : started),
    ...(labels === null
      ? []
      : [...headLines(info, 'gauge', 'Information of the LLMEngine CacheConfig'), sample(info, labels, 1)]),
  ];
}

function headLines(name: string, kind: string, help: string): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`];
}

function familyLines(row: Row, value: Value, { dialect, model, startedSec }: PageSettings): string[] {
  const [fronts, kind, short, , help, by = ''] = row;
  const name = `vllm:${short}`;
  const total = kind === 'counter' ? `${name}_total` : name;
  const own = { engine: '0', model_name: model };
  const single = typeof value === 'number' || isHistogram(value);
  const all: readonly (readonly [Labels, number | Histogram])[] = single
    ? [[own, value]]
    : Object.entries(value).map(([label, one]) => [{ ...own, [by]: label }, one]);
  const lazy = dialect === 'rust' && fronts.includes('l');
  const series = lazy ? all.filter(([, one]) => (typeof one === 'number' ? one : one.count) > 0) : all;
  const lines = series.flatMap(([labels, one]) =>
    typeof one === 'number' ? [sample(total, labels, one)] : histogramLines(name, labels, one),
  );
  // OpenMetrics names a counter without its ending, and Python's client says of counters since when they count.
  const head = headLines(dialect === 'rust' ? name : total, kind, help);
  if (dialect === 'rust' || kind === 'gauge') return [...head, ...lines];
  const created = series.map(([labels]) => sample(`${name}_created`, labels, startedSec));
  return [...head, ...lines, ...headLines(`${name}_created`, 'gauge', help), ...created];
}

function isHistogram(value: Exclude<Value, number>): value is Histogram {
  return 'edges' in value;
}

function histogramLines(name: string, labels: Labels, { edges, counts, sum, count }: Histogram): string[] {
  let below = 0;
  const buckets = counts.map((inBucket, i) => {
    below += inBucket;
    return sample(`${name}_bucket`, { ...labels, le: float(edges[i] ?? Number.POSITIVE_INFINITY) }, below);
  });
  return [...buckets, sample(`${name}_count`, labels, count), sample(`${name}_sum`, labels, sum)];
}

type Labels = Readonly<Record<string, string>>;

/** One line; a label's value is written without what would end it. */
function sample(name: string, labels: Labels, value: number): string {
  const escaped = (text: string): string => text.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n');
  const inner = Object.entries(labels).map(([key, text]) => `${key}="${escaped(text)}"`);
  return `${name}{${inner}} ${float(value)}`;
}

/** As Python writes a float: a whole one has its `.0`. */
function float(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  return Number.isInteger(value) ? `${value}.0` : String(value);
}
