import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { serverFigures } from '../../../src/measure/server/server-figures.ts';
import type { ServerState } from '../../../src/model/capture.ts';

const TODAY = fixture('vllm-0.32.0/metrics.txt');
const RUST = fixture('vllm-0.32.0-rust/metrics.txt');

function fixture(name: string): string {
  return readFileSync(new URL(`../../fixtures/${name}`, import.meta.url), 'utf8');
}

function state(edge: ServerState['edge'], kind: ServerState['kind'], body: string): ServerState {
  return { edge, kind, takenAtMs: 0, status: 200, body };
}

const between = (start: string, end: string) =>
  serverFigures([state('start', 'metrics', start), state('end', 'metrics', end)]) ?? assert.fail();

/** A real page with other values: `name` means all lines that begin with it. */
function changed(page: string, values: Readonly<Record<string, number>>): string {
  return Object.entries(values).reduce((text, [name, value]) => {
    const pattern = new RegExp(`^(${name}(?:\\{[^}]*\\})?) \\S+$`, 'gm');
    assert.ok(text.search(pattern) >= 0, name);
    return text.replace(pattern, `$1 ${value}`);
  }, page);
}

test('differences and means between two real pages of vLLM 0.32', () => {
  const end = changed(TODAY, {
    'vllm:prefix_cache_queries_total': 200,
    'vllm:prefix_cache_hits_total': 150,
    'vllm:prompt_tokens_total': 240,
    'vllm:generation_tokens_total': 500,
    'vllm:num_preemptions_total': 2,
    'vllm:iteration_tokens_total_sum': 740,
    'vllm:iteration_tokens_total_count': 100,
    'vllm:time_to_first_token_seconds_sum': 0.5,
    'vllm:time_to_first_token_seconds_count': 10,
    'vllm:inter_token_latency_seconds_sum': 9.8,
    'vllm:inter_token_latency_seconds_count': 490,
    'vllm:e2e_request_latency_seconds_sum': 10,
    'vllm:e2e_request_latency_seconds_count': 10,
    'vllm:request_queue_time_seconds_sum': 0.1,
    'vllm:request_queue_time_seconds_count': 10,
    'vllm:kv_cache_usage_perc': 0.25,
    'vllm:num_requests_waiting': 3,
  });
  const figures = between(TODAY, end);
  assert.deepEqual(figures.prefixCache, { queries: 200, hits: 150, hitRate: 0.75, unit: 'tokens' });
  assert.deepEqual([figures.promptTokens, figures.generationTokens, figures.preemptions], [240, 500, 2]);
  assert.equal(figures.iterationTokens, 7.4);
  assert.deepEqual([figures.ttftMs, figures.itlMs, figures.e2elMs, figures.queueMs], [50, 20, 1000, 10]);
  // Not observed between the pages.
  assert.deepEqual([figures.prefillMs, figures.decodeMs, figures.inferenceMs], [null, null, null]);
  assert.equal(figures.kvCacheUsage, 0.25);
  assert.deepEqual(figures.waiting, { start: 0, end: 3 });
  assert.equal(figures.restarted, false);
});

test('only what was added between the pages counts; a series that came later began at zero', () => {
  const start = changed(RUST, {
    'vllm:prefix_cache_queries_total': 1000,
    'vllm:prefix_cache_hits_total': 0,
  });
  const end = changed(start, {
    'vllm:prefix_cache_queries_total': 1100,
    'vllm:prefix_cache_hits_total': 50,
  });
  // The Rust front end shows this histogram only when a request has ended.
  const e2e = ['_sum', '_count'].map((part, i) => `vllm:e2e_request_latency_seconds${part} ${4 - 2 * i}\n`);
  const figures = between(start, end + e2e.join(''));
  assert.equal(figures.prefixCache?.hitRate, 0.5);
  assert.equal(figures.e2elMs, 2000);
});

test('the names of v0.8.5: blocks, the older ITL, KV usage', () => {
  const page = (n: number): string =>
    ['gpu_prefix_cache_queries_total', 'gpu_prefix_cache_hits_total', 'time_per_output_token_seconds_count']
      .map((name) => `vllm:${name}{engine="0",model_name="m"} ${n}\n`)
      .join('')
      .concat(`vllm:time_per_output_token_seconds_sum{engine="0",model_name="m"} ${n / 100}\n`)
      .concat('vllm:gpu_cache_usage_perc{engine="0"} 0.5\nvllm:gpu_cache_usage_perc{engine="1"} 0.7\n');
  const figures = between(page(0), page(10));
  assert.deepEqual(figures.prefixCache, { queries: 10, hits: 10, hitRate: 1, unit: 'blocks' });
  assert.equal(figures.itlMs, 10);
  assert.equal(figures.kvCacheUsage, 0.7);
  // Between the two versions the old name counted tokens, and its help text says so.
  const help = '# HELP vllm:gpu_prefix_cache_queries_total Queries, in terms of number of queried tokens.\n';
  assert.equal(between(page(0), help + page(10)).prefixCache?.unit, 'tokens');
});

test('nothing looked up has no hit rate', () => {
  assert.equal(between(TODAY, TODAY).prefixCache?.hitRate, null);
});

test('a restarted server gives no differences', () => {
  const figures = between(changed(TODAY, { 'vllm:generation_tokens_total': 9 }), TODAY);
  assert.equal(figures.restarted, true);
  assert.deepEqual([figures.generationTokens, figures.prefixCache, figures.finished], [null, null, {}]);
  assert.equal(figures.kvCacheUsage, 0);
});

test('finished requests by the server’s own reason', () => {
  const line = (reason: string, n: number): string =>
    `vllm:request_success_total{finished_reason="${reason}",engine="0"} ${n}\n`;
  const figures = between(line('stop', 3), line('stop', 5) + line('length', 4));
  assert.deepEqual(figures.finished, { stop: 2, length: 4 });
});

test('version and models; one page alone gives gauges only', () => {
  const figures = serverFigures([
    state('start', 'version', '{"version":"0.32.0"}'),
    state('start', 'models', '{"object":"list","data":[{"id":"a"},{"id":"b"},null]}'),
    state('end', 'metrics', TODAY),
  ]);
  assert.deepEqual([figures?.version, figures?.models], ['0.32.0', ['a', 'b']]);
  assert.deepEqual([figures?.promptTokens, figures?.running], [null, { start: null, end: 0 }]);
});

test('a server that said nothing has no figures, one that spoke nonsense has empty ones', () => {
  assert.equal(serverFigures([]), null);
  assert.equal(serverFigures([{ ...state('start', 'metrics', TODAY), status: 503 }]), null);
  assert.equal(serverFigures([state('start', 'version', 'no JSON')]), null);
  assert.equal(between('<html>', '<html>').promptTokens, null);
});
