import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleIn, samplesOf, samplesState, saysLoad } from '../../../src/measure/server/server-samples.ts';
import { realMetrics } from '../../helpers/metrics-page.ts';

test('requests are summed over engines, the KV cache is that of the fullest, whatever name it has', () => {
  const engines = (name: string, a: number, b: number) =>
    `${name}{engine="0"} ${a}\n${name}{engine="1"} ${b}\n`;
  const page = (kv: string) =>
    `# HELP vllm:num_requests_running Running.\n${engines('vllm:num_requests_running', 3, 4)}${engines('vllm:num_requests_waiting', 0, 5)}vllm:num_requests_waiting_by_reason{reason="capacity"} 5\n${engines(kv, 0.25, 0.5)}`;
  for (const name of ['vllm:kv_cache_usage_perc', 'vllm:gpu_cache_usage_perc']) {
    assert.deepEqual(sampleIn(page(name)), { running: 7, waiting: 5, kvCacheUsage: 0.5 });
  }
  for (const flavour of ['python', 'rust'] as const) {
    assert.deepEqual(sampleIn(realMetrics(flavour)), { running: 0, waiting: 0, kvCacheUsage: 0 });
  }
});

test('a page of something else says nothing', () => {
  assert.equal(saysLoad('process_open_fds 7\n'), false);
  assert.equal(saysLoad(''), false);
  assert.equal(saysLoad('vllm:num_requests_running 0\n'), true);
});

test('samples come back from a tape; what is no sample is passed over', () => {
  const samples = [
    { atMs: 500, running: 3, waiting: 0, kvCacheUsage: 0.5 },
    { atMs: 1_500, running: null, waiting: null, kvCacheUsage: null },
  ];
  const state = samplesState(samples, 7);
  assert.deepEqual(samplesOf([state]), samples);
  const body = '[{"atMs":9,"running":"x","waiting":1},{"atMs":2},{"atMs":null},5]';
  assert.deepEqual(samplesOf([{ ...state, body }]), [
    { atMs: 2, running: null, waiting: null, kvCacheUsage: null },
    { atMs: 9, running: null, waiting: 1, kvCacheUsage: null },
  ]);
  for (const strange of ['', '{}', 'null', '[[['])
    assert.deepEqual(samplesOf([{ ...state, body: strange }]), []);
  assert.deepEqual(samplesOf([]), []);
});
