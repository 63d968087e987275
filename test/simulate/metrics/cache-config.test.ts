import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cacheConfigFamily } from '../../../src/simulate/metrics/cache-config.ts';

test('the cache’s configuration is told in labels, sizes by newer versions only', () => {
  const config = {
    blockSize: 16,
    blocks: 100,
    gpuMemoryUtilization: 0.9,
    prefixCaching: false,
    maxModelLen: 400,
    kvBytesPerToken: 1000,
  };
  const labels = (dialect: 'v0.8.5' | 'v0.32') => cacheConfigFamily(dialect, config).series[0]?.labels ?? {};
  for (const dialect of ['v0.8.5', 'v0.32'] as const) {
    const { block_size, num_gpu_blocks, enable_prefix_caching, gpu_memory_utilization } = labels(dialect);
    assert.deepEqual(
      [block_size, num_gpu_blocks, enable_prefix_caching, gpu_memory_utilization],
      ['16', '100', 'False', '0.9'],
    );
  }
  const { kv_cache_size_tokens, kv_cache_max_concurrency, kv_cache_memory_bytes } = labels('v0.32');
  assert.deepEqual(
    [kv_cache_size_tokens, kv_cache_max_concurrency, kv_cache_memory_bytes],
    ['1600', '4', '1600000'],
  );
  assert.equal(labels('v0.8.5').kv_cache_size_tokens, undefined);
});
