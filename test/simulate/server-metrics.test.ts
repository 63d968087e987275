import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createServerMetrics } from '../../src/simulate/server-metrics.ts';

test('the page says what happened, with cumulative buckets', () => {
  const metrics = createServerMetrics('m');
  const choices = [{ outputTokens: 3, finishReason: 'length' }] as const;
  metrics.submitted({ id: 1, promptTokens: 13, promptBlocks: [], choices, maxTokens: 3 }, 0);
  for (const atUs of [30_000, 90_000, 100_090_000]) {
    metrics.observe({ kind: 'tokens', atUs, deliveries: [{ id: 1, choice: 0, count: 1 }] });
  }
  metrics.observe({ kind: 'answered', atUs: 100_100_000, id: 1 });
  const lines = metrics.page('v0.8.5', { running: 4, waiting: 5 }).split('\n');
  const value = (start: string): number =>
    Number(lines.find((line) => line.startsWith(start))?.split(' ')[1]);
  const labels = 'engine="0",model_name="m"';
  assert.equal(value(`vllm:num_requests_running{${labels}}`), 4);
  assert.equal(value(`vllm:num_requests_waiting{${labels}}`), 5);
  assert.equal(value(`vllm:prompt_tokens_total{${labels}}`), 13);
  assert.equal(value(`vllm:generation_tokens_total{${labels}}`), 3);
  assert.equal(value(`vllm:request_success_total{${labels},finished_reason="length"}`), 1);
  const ttft = 'vllm:time_to_first_token_seconds';
  assert.equal(value(`${ttft}_bucket{${labels},le="0.02"}`), 0);
  assert.equal(value(`${ttft}_bucket{${labels},le="0.04"}`), 1);
  assert.equal(value(`${ttft}_bucket{${labels},le="2560"}`), 1);
  const itl = 'vllm:time_per_output_token_seconds';
  assert.equal(value(`${itl}_bucket{${labels},le="80"}`), 1);
  assert.equal(value(`${itl}_bucket{${labels},le="+Inf"}`), 2);
  assert.equal(value(`${itl}_sum{${labels}}`), 100.06);
});

test('every sample line is well formed and a quote in the model name cannot break out', () => {
  const page = createServerMetrics('a"b\n').page('v0.8.5', { running: 0, waiting: 0 });
  for (const line of page.trimEnd().split('\n')) {
    assert.match(line, /^(# (HELP|TYPE) vllm:\w+ .+|vllm:\w+\{[^{}]*\} -?[\d.]+)$/);
  }
});
