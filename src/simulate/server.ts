import { seedOfText } from '../model/random.ts';
import { FRONT_ENDS, type ServerFlags } from './dialect.ts';
import type { EngineOptions } from './engine/engine.ts';
import type { LiveEngine, LiveEngineSettings } from './engine/live-engine.ts';
import type { FaultList } from './faults/fault.ts';
import type { Figures } from './metrics/figures.ts';

/** What the server knows of its KV cache. */
export interface CacheConfig {
  /** Tokens of one block. */
  readonly blockSize: number;
  readonly blocks: number;
}

/** What a simulated server was started with, filled in. */
export interface ServerSettings
  extends EngineOptions,
    Pick<LiveEngineSettings, 'timeScale' | 'maxNumQueuedReqs'> {
  /** Name of the served model. */
  readonly model: string;
  /** Null for a profile without a cache. */
  readonly cache: CacheConfig | null;
  /** Tokens that a stream gathers before it writes; the first and the last never wait. */
  readonly streamInterval: number;
  readonly flags: ServerFlags;
}

/** A running server: its settings and its parts. */
export interface Server extends ServerSettings {
  readonly engine: LiveEngine;
  readonly figures: Figures;
  readonly faults: FaultList;
  /** `vllm-<version>-<8 hex>`: a free label of the server's build and configuration. */
  readonly fingerprint: string;
  /** Seconds since 1970. */
  readonly startedSec: number;
  readonly wallMs: () => number;
  /** Stops accepting connections for some milliseconds of model time. */
  readonly refuseConnections: (ms: number) => void;
}

/** The settings in the names of vLLM's own configuration, as far as they are there; no limit becomes null in JSON. */
function vllmConfig(settings: ServerSettings): Readonly<Record<string, object | null>> {
  const { model, cache, streamInterval, maxNumQueuedReqs, flags } = settings;
  const { profile, limits, prefixCaching, apiServerCount, speculation, seed } = settings;
  return {
    model_config: {
      model: profile.name,
      seed,
      max_model_len: profile.maxModelLen,
      max_logprobs: 20,
      served_model_name: model,
    },
    cache_config: {
      block_size: cache?.blockSize ?? null,
      gpu_memory_utilization: limits.gpuMemoryUtilization,
      enable_prefix_caching: prefixCaching && cache !== null,
      num_gpu_blocks: cache?.blocks ?? null,
    },
    parallel_config: {
      pipeline_parallel_size: 1,
      tensor_parallel_size: 1,
      data_parallel_size: 1,
      _api_process_count: apiServerCount,
    },
    scheduler_config: {
      max_num_batched_tokens: limits.maxNumBatchedTokens,
      max_num_seqs: limits.maxNumSeqs,
      max_num_queued_reqs: maxNumQueuedReqs,
      enable_chunked_prefill: true,
      policy: 'fcfs',
      stream_interval: streamInterval,
    },
    speculative_config: speculation === null ? null : { num_speculative_tokens: speculation.draftTokens },
    structured_outputs_config: { reasoning_parser: flags.reasoningParser ? 'simulated' : '' },
  };
}

/** @see Server.fingerprint */
export function systemFingerprint(settings: ServerSettings): string {
  const { version } = FRONT_ENDS[settings.dialect].version;
  const text = JSON.stringify([vllmConfig(settings), { ...settings.flags, apiKey: null }]);
  return `vllm-${version}-${seedOfText(text, 0).toString(16).padStart(8, '0')}`;
}

/** The body of `GET /server_info`; 0.8.5 has the configuration as one string, which is what `text` gives in the others. */
export function serverInfo(settings: ServerSettings, format: 'text' | 'json'): string {
  const old = settings.dialect === 'v0.8.5';
  const config = vllmConfig(settings);
  const text = Object.entries(config).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const vllm_config = format === 'json' && !old ? config : text.join(', ');
  return JSON.stringify(old ? { vllm_config } : { vllm_config, vllm_env: {}, system_env: {} });
}
