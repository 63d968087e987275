import type { EngineState } from '../engine.ts';
import type { EngineFigures } from './engine-figures.ts';
import type { Labels } from './family.ts';
import type { Line } from './family-table.ts';

/** What a page says of the engine, and the labels of every series. */
export interface EnginePage {
  readonly figures: EngineFigures;
  readonly state: EngineState;
  readonly labels: Labels;
}

const OLD = ['v0.8.5'] as const;
const NEW = ['v0.32', 'rust'] as const;
const PYTHON = ['v0.32'] as const;

const RUNNING = 'Number of requests in model execution batches.';
const WAITING = 'Number of requests waiting to be processed.';
const KV_USE = 'KV-cache usage. 1 means 100 percent usage.';
const QUERIES = 'Prefix cache queries, in terms of number of queried tokens.';
const EXTERNAL = 'from KV connector cross-instance cache sharing, in terms of number of';
const PER_GPU = 'per GPU (for Model Flops Utilization calculations).';

/** vLLM's gauges and counters by version (0.8.5 is its V1 engine); help texts are vLLM's. */
export const ENGINE_FAMILIES: readonly Line<EnginePage>[] = [
  ...['floating point operations', 'bytes read from memory', 'bytes written to memory'].map(
    (what, i): Line<EnginePage> => ({
      name: `vllm:estimated_${['flops', 'read_bytes', 'write_bytes'][i]}_per_gpu`,
      kind: 'counter',
      in: NEW,
      help: `Estimated number of ${what} ${PER_GPU}`,
      values: () => 0,
    }),
  ),
  {
    name: 'vllm:num_requests_running',
    kind: 'gauge',
    help: RUNNING,
    rustHelp: RUNNING,
    values: ({ state }) => state.running,
  },
  {
    name: 'vllm:num_requests_waiting',
    kind: 'gauge',
    help: WAITING,
    rustHelp: WAITING,
    values: ({ state }) => state.waiting,
  },
  {
    name: 'vllm:num_requests_waiting_by_reason',
    kind: 'gauge',
    in: NEW,
    help:
      "Number of waiting requests by reason. Reason labels: 'capacity' = waiting for scheduling capacity; 'deferred' = " +
      'deferred by transient constraints (LoRA budget, KV transfer, blocked status). Sum of all reasons equals ' +
      'vllm:num_requests_waiting.',
    by: 'reason',
    values: ({ state }) => ({ capacity: state.waiting, deferred: 0 }),
  },
  {
    name: 'vllm:engine_sleep_state',
    kind: 'gauge',
    in: PYTHON,
    help:
      'Engine sleep state; awake = 0 means engine is sleeping; awake = 1 means engine is awake; weights_offloaded = 1 ' +
      'means sleep level 1; discard_all = 1 means sleep level 2.',
    by: 'sleep_state',
    values: () => ({ awake: 1, weights_offloaded: 0, discard_all: 0 }),
  },
  {
    name: 'vllm:gpu_cache_usage_perc',
    kind: 'gauge',
    in: OLD,
    help: `GPU ${KV_USE}`,
    values: ({ state }) => state.kvUsage,
  },
  {
    name: 'vllm:kv_cache_usage_perc',
    kind: 'gauge',
    in: NEW,
    help: KV_USE,
    rustHelp: KV_USE,
    values: ({ state }) => state.kvUsage,
  },
  {
    name: 'vllm:gpu_prefix_cache_queries',
    kind: 'counter',
    in: OLD,
    help: 'GPU prefix cache queries, in terms of number of queried blocks.',
    values: ({ figures }) => figures.queried.blocks,
  },
  {
    name: 'vllm:gpu_prefix_cache_hits',
    kind: 'counter',
    in: OLD,
    help: 'GPU prefix cache hits, in terms of number of cached blocks.',
    values: ({ figures }) => figures.found.blocks,
  },
  {
    name: 'vllm:prefix_cache_queries',
    kind: 'counter',
    in: NEW,
    help: QUERIES,
    rustHelp: QUERIES,
    values: ({ figures }) => figures.queried.tokens,
  },
  {
    name: 'vllm:prefix_cache_hits',
    kind: 'counter',
    in: NEW,
    help: 'Prefix cache hits, in terms of number of cached tokens.',
    values: ({ figures }) => figures.found.tokens,
  },
  ...['queries', 'hits'].map(
    (what): Line<EnginePage> => ({
      name: `vllm:external_prefix_cache_${what}`,
      kind: 'counter',
      in: NEW,
      help: `External prefix cache ${what} ${EXTERNAL} ${what === 'hits' ? 'cached' : 'queried'} tokens.`,
      values: () => 0,
    }),
  ),
  ...['queries', 'hits'].map(
    (what): Line<EnginePage> => ({
      name: `vllm:mm_cache_${what}`,
      kind: 'counter',
      in: PYTHON,
      help: `Multi-modal cache ${what}, in terms of number of ${what === 'hits' ? 'cached' : 'queried'} items.`,
      values: () => 0,
    }),
  ),
  {
    name: 'vllm:num_preemptions',
    kind: 'counter',
    help: 'Cumulative number of preemption from the engine.',
    rustHelp: 'Cumulative number of preemption events..',
    values: ({ figures }) => figures.preemptions,
  },
  {
    name: 'vllm:prompt_tokens',
    kind: 'counter',
    lazyInRust: true,
    help: 'Number of prefill tokens processed.',
    values: ({ figures }) => figures.promptTokens.total,
  },
  {
    name: 'vllm:prompt_tokens_by_source',
    kind: 'counter',
    in: NEW,
    help: 'Number of prompt tokens by source.',
    by: 'source',
    values: ({ figures: { promptTokens } }) => ({
      local_compute: promptTokens.total - promptTokens.cached,
      local_cache_hit: promptTokens.cached,
      external_kv_transfer: 0,
    }),
  },
  {
    name: 'vllm:prompt_tokens_cached',
    kind: 'counter',
    in: NEW,
    lazyInRust: true,
    help: 'Number of cached prompt tokens (local + external).',
    rustHelp: 'Number of prompt tokens with prefix cache hits..',
    values: ({ figures }) => figures.promptTokens.cached,
  },
  {
    name: 'vllm:prompt_tokens_cached_by_source',
    kind: 'counter',
    in: NEW,
    help:
      'Prefix-cache hit tokens by the cache tier that supplied them: device (local HBM), host (offloaded to DRAM), disk, ' +
      'p2p (transferred from another vLLM instance) or external_unspecified. Counted at admission; sums to ' +
      'vllm:prefix_cache_hits + vllm:external_prefix_cache_hits.',
    by: 'source',
    values: ({ figures }) => ({
      device: figures.found.tokens,
      host: 0,
      p2p: 0,
      disk: 0,
      external_unspecified: 0,
    }),
  },
  {
    name: 'vllm:generation_tokens',
    kind: 'counter',
    help: 'Number of generation tokens processed.',
    values: ({ figures }) => figures.generationTokens,
  },
  {
    name: 'vllm:request_success',
    kind: 'counter',
    in: OLD,
    help: 'Count of successfully processed requests.',
    by: 'finished_reason',
    values: ({ figures: { finished } }) => ({
      stop: finished.stop,
      length: finished.length,
      abort: finished.abort,
    }),
  },
  {
    name: 'vllm:request_success',
    kind: 'counter',
    in: NEW,
    lazyInRust: true,
    help: 'Count of successfully processed requests.',
    by: 'finished_reason',
    values: ({ figures }) => figures.finished,
  },
  {
    name: 'vllm:admission_rejections',
    kind: 'counter',
    in: PYTHON,
    help: 'Number of admission attempts rejected by a queue limit, by reason.',
    values: ({ figures, labels }) =>
      Object.entries({ max_num_queued_reqs: figures.refused, max_num_queued_tokens: 0 }).map(
        // It belongs to the front end, not to an engine.
        ([reason, value]) => ({ labels: { model_name: labels.model_name ?? '', reason }, value }),
      ),
  },
];
