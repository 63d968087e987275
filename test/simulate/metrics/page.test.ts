import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Dialect } from '../../../src/simulate/dialect.ts';
import { createEngine, engineOptions } from '../../../src/simulate/engine/create-engine.ts';
import type { EngineRequest, Speculation } from '../../../src/simulate/engine/engine.ts';
import { createFiguresCounter } from '../../../src/simulate/metrics/figures.ts';
import { type MetricsPage, metricsPage, type PageSettings } from '../../../src/simulate/metrics/page.ts';
import { H100_8B } from '../../../src/simulate/profiles/profiles.ts';
import { type MetricsFamily, parseMetrics, realMetrics, type Sample } from '../../helpers/metrics-page.ts';

const MAX_MODEL_LEN = 2048;
const BLOCK_SIZE = 32;
const LONG_PROMPT = Array.from({ length: 18 }, (_, i) => i + 1);

const PROFILE = {
  ...H100_8B,
  maxModelLen: MAX_MODEL_LEN,
  memory: { ...H100_8B.memory, blockSize: BLOCK_SIZE },
};

const settingsOf = (dialect: Dialect, speculation: Speculation | null = null) => ({
  ...engineOptions({ profile: PROFILE, dialect, speculation }),
  model: 'tiny',
  startedSec: 1.79558008154e9,
  cache: { blockSize: BLOCK_SIZE, blocks: 65_536 },
});

/** Plays what was asked of the real server: two equal long requests, `n` 2, a stop, one whose client left. */
function played(dialect: Dialect, abortedAfter: number): MetricsPage {
  const engine = createEngine({ profile: PROFILE, dialect });
  const counter = createFiguresCounter(settingsOf(dialect));
  let nowUs = 0;
  let tokens = 0;

  function ask(request: EngineRequest, abortAfter = Number.POSITIVE_INFINITY): void {
    counter.submitted(request);
    engine.submit(request, nowUs);
    for (let due = engine.nextDueUs(); due !== null && tokens < abortAfter; due = engine.nextDueUs()) {
      nowUs = due;
      engine.advance(due, (event) => {
        counter.observe(event);
        if (event.kind === 'tokens') tokens += 1;
      });
    }
    if (tokens < abortAfter) return;
    engine.abort(request.id);
    counter.aborted(request.id, nowUs);
    engine.advance(nowUs + 1e6, counter.observe);
  }

  const request = (
    id: number,
    promptTokens: number,
    outputs: number[],
    more: Partial<EngineRequest> = {},
  ) => ({
    id,
    promptTokens,
    promptBlocks: promptTokens > 100 ? LONG_PROMPT : [],
    choices: outputs.map((outputTokens) => ({ outputTokens, finishReason: 'length' as const })),
    maxTokens: outputs[0] ?? null,
    ...more,
  });
  for (const id of [1, 2]) ask(request(id, 604, [20]));
  if (dialect !== 'rust') ask(request(3, 7, [10, 10]));
  ask(request(4, 11, [1], { choices: [{ outputTokens: 1, finishReason: 'stop' }], maxTokens: 500 }));
  tokens = 0;
  ask(request(5, 12, [1900]), abortedAfter);
  return metricsPage(settingsOf(dialect), counter.figures, engine);
}

/** Families of the real page that a simulated server has not: their subject is not there, or nobody reads them. */
const ABSENT = /^process_(?!start)|^http_|mooncake|nixl|kv_block_|rl_weight|sleep_mode|lora_|corrupted/;

/** What of a family does not depend on how fast the server is. */
function shape({ type, samples }: MetricsFamily): unknown {
  const line = ({ name, labels }: Sample): string =>
    `${name} ${Object.entries(labels)
      .map(([key, text]) => (key === 'model_name' ? key : `${key}=${text}`))
      .sort()
      .join()}`;
  return { type, lines: samples.map(line).sort() };
}

for (const [dialect, frontEnd, abortedAfter] of [
  ['v0.32', 'python', 356],
  ['rust', 'rust', 315],
] as const) {
  const real = parseMetrics(realMetrics(frontEnd));
  const page = played(dialect, abortedAfter);
  const ours = parseMetrics(page.text);

  test(`${dialect}: the same families, types, labels and edges as the real page`, () => {
    const names = [...real.keys()].filter((name) => !ABSENT.test(name));
    assert.deepEqual([...ours.keys()].sort(), names.sort());
    for (const name of names) {
      const [a, b] = [ours.get(name), real.get(name)];
      assert.ok(a !== undefined && b !== undefined);
      // Of the cache's configuration only what is read is there, and refusals have no engine there.
      if (!/cache_config|admission/.test(name)) assert.deepEqual(shape(a), shape(b), name);
      if (dialect === 'v0.32') assert.equal(a.help, b.help);
    }
  });

  test(`${dialect}: the same requests give the same counts as at the real server`, () => {
    const counts = (families: ReadonlyMap<string, MetricsFamily>): Record<string, number> =>
      Object.fromEntries(
        [...families.entries()]
          .filter(([name]) => !ABSENT.test(name) && !/admission|^process|_created$/.test(name))
          .flatMap(([, { samples }]) => samples)
          .filter(
            ({ name }) =>
              !name.endsWith('_bucket') && !name.endsWith('seconds_sum') && !name.endsWith('_info'),
          )
          .map(({ name, labels, value }) => {
            const { model_name: _, ...rest } = labels;
            return [`${name} ${JSON.stringify(Object.entries(rest).sort())}`, value];
          }),
      );
    assert.deepEqual(counts(ours), counts(real));
  });
}

test('0.8.5: the old names, the cache in blocks, whole prompts in the batch size', () => {
  const page = played('v0.8.5', 100);
  const families = parseMetrics(page.text);
  assert.equal(page.contentType, 'text/plain; version=0.0.4; charset=utf-8');
  const value = (name: string, of = name): number | undefined =>
    families.get(name)?.samples.find((sample) => sample.name === of)?.value;
  // 604 tokens are 18 blocks; the short ones have none.
  assert.equal(value('vllm:gpu_prefix_cache_queries_total'), 36);
  assert.equal(value('vllm:gpu_prefix_cache_hits_total'), 18);
  assert.equal(value('vllm:gpu_cache_usage_perc'), 0);
  const steps = 'vllm:iteration_tokens_total';
  assert.equal(value(steps, `${steps}_sum`), 2 * 604 + 2 * 7 + 11 + 12 + 20 + 20 + 20 + 1 + 100);
  const itl = 'vllm:time_per_output_token_seconds';
  assert.equal(value(itl, `${itl}_count`), 19 + 19 + 18 + 99);
  for (const gone of ['kv_cache_usage_perc', 'inter_token_latency_seconds', 'prefix_cache_hits_total'])
    assert.equal(families.has(`vllm:${gone}`), false, gone);
});

test('several API servers have no process metrics', () => {
  const settings = settingsOf('v0.32', { draftTokens: 2, acceptance: 1 });
  const { figures } = createFiguresCounter(settings);
  const state = { running: 1, waiting: 2, kvUsage: 0.25 };
  const page = (more: Partial<PageSettings>): string =>
    metricsPage({ ...settings, ...more }, figures, state).text;
  assert.ok(page({}).includes('process_start_time_seconds 1795580081.54\n'));
  assert.ok(!page({ apiServerCount: 2 }).includes('process_'));
  assert.match(page({}), /accepted_tokens_per_pos_total\{engine="0",model_name="tiny",position="1"\} 0\.0/);
  assert.match(page({ model: 'a"b' }), /num_requests_waiting\{engine="0",model_name="a\\"b"\} 2\.0/);
  assert.match(page({}), /num_gpu_blocks="65536"/);
  assert.ok(!page({ cache: null }).includes('cache_config_info'));
});
