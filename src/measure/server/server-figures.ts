import type { ServerState } from '../../model/capture.ts';
import { isRestart, type MetricsPage, readMetricsPage } from './metrics-page.ts';
import { modelsOf, versionOf } from './server-facts.ts';
import { kvUsageOf, LOAD_METRICS, type ServerSample, samplesOf } from './server-samples.ts';

/** What the server counted of itself between a run's edges; null where its pages do not say. */
export interface ServerFigures {
  readonly version: string | null;
  readonly models: readonly string[];
  /** The process of the start was not that of the end: nothing that is a difference of the two is given. */
  readonly restarted: boolean;
  readonly prefixCache: PrefixCacheFigures | null;
  readonly promptTokens: number | null;
  readonly generationTokens: number | null;
  readonly preemptions: number | null;
  /** Requests that it finished, by its own words. */
  readonly finished: Readonly<Record<string, number>>;
  /** Tokens in one step of the engine, mean. */
  readonly iterationTokens: number | null;
  /** Means over requests; TTFT and E2EL count from the request's arrival at the front end. */
  readonly ttftMs: number | null;
  readonly e2elMs: number | null;
  readonly queueMs: number | null;
  readonly prefillMs: number | null;
  readonly decodeMs: number | null;
  readonly inferenceMs: number | null;
  /** Mean over the engine's outputs. */
  readonly itlMs: number | null;
  /** Share of the KV cache in use at the end, 0 to 1; of the fullest engine where there are several. */
  readonly kvCacheUsage: number | null;
  /** At the edges, where our own requests are not there: more than zero is other traffic. */
  readonly running: EdgeFigures;
  readonly waiting: EdgeFigures;
  /** Its load while the run went on; empty where it was not asked meanwhile. */
  readonly samples: readonly ServerSample[];
}

export interface PrefixCacheFigures {
  readonly queries: number;
  readonly hits: number;
  /** 0 to 1; null when nothing was looked up. */
  readonly hitRate: number | null;
  /** vLLM 0.8.5 counted blocks. */
  readonly unit: 'tokens' | 'blocks';
}

export interface EdgeFigures {
  readonly start: number | null;
  readonly end: number | null;
}

/** Names by which vLLM has published each figure, today's first: a page is read by the first that it has. */
const NAMES = {
  cacheQueries: ['vllm:prefix_cache_queries_total', 'vllm:gpu_prefix_cache_queries_total'],
  cacheHits: ['vllm:prefix_cache_hits_total', 'vllm:gpu_prefix_cache_hits_total'],
  itl: ['vllm:inter_token_latency_seconds', 'vllm:time_per_output_token_seconds'],
} as const;

/** Reads what was asked of the server at a run's start and end; null when it said nothing. */
export function serverFigures(states: readonly ServerState[]): ServerFigures | null {
  const body = (edge: ServerState['edge'], kind: ServerState['kind']): string | null =>
    states.find((state) => state.edge === edge && state.kind === kind && state.status === 200)?.body ?? null;
  const about = {
    version: versionOf(body('start', 'version') ?? body('end', 'version') ?? ''),
    models: modelsOf(body('start', 'models') ?? body('end', 'models') ?? '').map(({ id }) => id),
  };
  const [start, end] = [body('start', 'metrics'), body('end', 'metrics')];
  if (start === null && end === null && about.version === null && about.models.length === 0) return null;
  return {
    ...about,
    ...betweenPages(readMetricsPage(start), readMetricsPage(end)),
    samples: samplesOf(states),
  };
}

function betweenPages(
  start: MetricsPage,
  end: MetricsPage,
): Omit<ServerFigures, 'version' | 'models' | 'samples'> {
  const restarted = isRestart(start, end);
  const comparable = start.text !== null && end.text !== null && !restarted;
  /** A series that the start does not have yet stood at zero. */
  const delta = (...names: readonly string[]): number | null => {
    const name = names.find((one) => end.has(one));
    return !comparable || name === undefined ? null : (end.sum(name) ?? 0) - (start.sum(name) ?? 0);
  };
  const mean = (...names: readonly string[]): number | null => {
    const count = delta(...names.map((name) => `${name}_count`));
    const sum = delta(...names.map((name) => `${name}_sum`));
    return count === null || sum === null || count <= 0 ? null : sum / count;
  };
  const meanMs = (...names: readonly string[]): number | null => {
    const seconds = mean(...names);
    return seconds === null ? null : seconds * 1e3;
  };
  const edges = (name: string): EdgeFigures => ({ start: start.sum(name), end: end.sum(name) });
  return {
    restarted,
    prefixCache: prefixCache(delta(...NAMES.cacheQueries), delta(...NAMES.cacheHits), end),
    promptTokens: delta('vllm:prompt_tokens_total'),
    generationTokens: delta('vllm:generation_tokens_total'),
    preemptions: delta('vllm:num_preemptions_total'),
    finished: comparable ? finishedRequests(start, end) : {},
    // A histogram, whatever its name says.
    iterationTokens: mean('vllm:iteration_tokens_total'),
    ttftMs: meanMs('vllm:time_to_first_token_seconds'),
    e2elMs: meanMs('vllm:e2e_request_latency_seconds'),
    queueMs: meanMs('vllm:request_queue_time_seconds'),
    prefillMs: meanMs('vllm:request_prefill_time_seconds'),
    decodeMs: meanMs('vllm:request_decode_time_seconds'),
    inferenceMs: meanMs('vllm:request_inference_time_seconds'),
    itlMs: meanMs(...NAMES.itl),
    kvCacheUsage: kvUsageOf(end),
    running: edges(LOAD_METRICS.running),
    waiting: edges(LOAD_METRICS.waiting),
  };
}

function prefixCache(
  queries: number | null,
  hits: number | null,
  page: MetricsPage,
): PrefixCacheFigures | null {
  if (queries === null || hits === null) return null;
  // The help text says the unit; the older name stood for blocks first and for a while for tokens.
  const named = /^# HELP vllm:(?:gpu_)?prefix_cache_queries\S* .*\b(blocks|tokens)\b/m.exec(
    page.text ?? '',
  )?.[1];
  const byName = page.has(NAMES.cacheQueries[0]) ? 'tokens' : 'blocks';
  return {
    queries,
    hits,
    hitRate: queries > 0 ? hits / queries : null,
    unit: named === 'blocks' || named === 'tokens' ? named : byName,
  };
}

function finishedRequests(start: MetricsPage, end: MetricsPage): Readonly<Record<string, number>> {
  const before = start.byLabel('vllm:request_success_total', 'finished_reason');
  const after = end.byLabel('vllm:request_success_total', 'finished_reason');
  return Object.fromEntries(
    Object.entries(after).map(([reason, n]) => [reason, n - (before[reason] ?? 0)] as const),
  );
}
