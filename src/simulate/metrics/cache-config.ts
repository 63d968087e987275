import type { Dialect } from '../dialect-name.ts';
import type { Family, Labels } from './family.ts';

/** What the server knows of its KV cache. */
export interface CacheConfig {
  readonly blockSize: number;
  readonly blocks: number;
  readonly gpuMemoryUtilization: number;
  readonly prefixCaching: boolean;
  readonly maxModelLen: number;
  readonly kvBytesPerToken: number;
}

/** `vllm:cache_config_info`: a gauge of 1 whose labels are the configuration. The Rust front end has none. */
export function cacheConfigFamily(dialect: Dialect, config: CacheConfig): Family {
  return {
    name: 'vllm:cache_config_info',
    kind: 'gauge',
    help: 'Information of the LLMEngine CacheConfig',
    series: [{ labels: { engine: '0', ...labelsOf(dialect, config) }, value: 1 }],
  };
}

function labelsOf(dialect: Dialect, config: CacheConfig): Labels {
  const { blockSize, blocks, prefixCaching, gpuMemoryUtilization } = config;
  const common = {
    block_size: `${blockSize}`,
    cache_dtype: 'auto',
    enable_prefix_caching: prefixCaching ? 'True' : 'False',
    gpu_memory_utilization: `${gpuMemoryUtilization}`,
    is_attention_free: 'False',
    num_cpu_blocks: 'None',
    num_gpu_blocks: `${blocks}`,
    num_gpu_blocks_override: 'None',
    sliding_window: 'None',
  };
  return dialect === 'v0.8.5' ? { ...common, ...OLD } : { ...common, ...NEW, ...sizes(config) };
}

const OLD: Labels = {
  calculate_kv_scales: 'False',
  cpu_offload_gb: '0',
  prefix_caching_hash_algo: 'builtin',
  swap_space: '4',
  swap_space_bytes: '4294967296',
};

/** Labels of 0.32 at vLLM's defaults; most concern models with other layers than attention. */
const NEW: Labels = {
  _block_size_resolved: 'True',
  cache_hit_alignment_tokens: 'None',
  enable_mamba_shared_prefix_checkpoint: 'False',
  hash_block_size: 'None',
  kv_cache_dtype_skip_layers: '[]',
  kv_cache_layout: 'None',
  kv_offloading_backend: 'native',
  kv_offloading_size: 'None',
  kv_sharing_fast_prefill: 'False',
  mamba_block_size: 'None',
  mamba_cache_dtype: 'auto',
  mamba_cache_mode: 'none',
  mamba_page_size_padded: 'None',
  mamba_ssm_cache_dtype: 'auto',
  prefix_cache_retention_interval: '0',
  prefix_caching_hash_algo: 'sha256',
  prefix_match_unit: 'None',
  replayssm_buffer_len: '16',
  skip_page_size_padded: 'None',
  swa_bounded_replay: 'True',
  use_kda_recoverssm: 'False',
  use_replayssm: 'False',
  user_specified_block_size: 'False',
};

function sizes({ blockSize, blocks, maxModelLen, kvBytesPerToken }: CacheConfig): Labels {
  const tokens = blocks * blockSize;
  return {
    effective_attention_block_size: `${blockSize}`,
    kv_cache_max_concurrency: `${tokens / maxModelLen}`,
    kv_cache_memory_bytes: `${tokens * kvBytesPerToken}`,
    kv_cache_size_tokens: `${tokens}`,
  };
}
