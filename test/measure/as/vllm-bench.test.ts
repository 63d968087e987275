import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { vllmBenchFigures } from '../../../src/measure/as/vllm-bench.ts';
import { NO_CHUNKS } from '../../../src/model/chunk-times.ts';
import type { Result } from '../../../src/model/result.ts';
import { RUN_END } from '../../helpers/sample-records.ts';
import { sampleResult, sampleRun } from '../../helpers/sample-runs.ts';
import { REASONING_ANSWER, timedAnswer } from '../../helpers/timed-answer.ts';

/** What `vllm bench serve --save-result --save-detailed` of 0.32.0 wrote of 12 requests to the simulated server. */
interface Saved extends Readonly<Record<string, unknown>> {
  readonly duration: number;
  readonly start_times: readonly number[];
  readonly ttfts: readonly number[];
  readonly itls: readonly (readonly number[])[];
  readonly input_lens: readonly number[];
  readonly output_lens: readonly number[];
}

test('the tool’s own chunk times give the tool’s own figures', () => {
  const file = new URL('../../fixtures/vllm-bench-0.32.0/result.json', import.meta.url);
  const saved: Saved = JSON.parse(readFileSync(file, 'utf8'));
  const first = Math.min(...saved.start_times);
  const results = saved.start_times.map((start, i) => {
    const sentUs = (start - first) * 1e6;
    const atUs = [sentUs + (saved.ttfts[i] ?? 0) * 1e6];
    for (const gap of saved.itls[i] ?? []) atUs.push((atUs.at(-1) ?? 0) + gap * 1e6);
    const one = atUs.map(() => 1);
    const result = sampleResult({
      sentUs,
      finishedUs: atUs.at(-1) ?? 0,
      streamed: true,
      promptTokens: saved.input_lens[i] ?? null,
      completionTokens: saved.output_lens[i] ?? null,
    });
    return { result, chunks: { atUs, bytes: one, kinds: one.map(() => 4), tokens: one, events: one } };
  });
  const run = sampleRun({ end: { ...RUN_END, endedUs: saved.duration * 1e6 } });
  const ours = vllmBenchFigures(run, results).metrics;
  for (const [name, value] of Object.entries(ours)) {
    assert.ok(Math.abs(Number(value) - Number(saved[name])) < 1e-6, `${name}: ${value} and ${saved[name]}`);
  }
});

const plain = (overrides: Partial<Result>) => ({ result: sampleResult(overrides), chunks: NO_CHUNKS });

test('the role chunk ends TTFT and counts as a gap, usage and the end mark come after the end', () => {
  const { metrics: m } = vllmBenchFigures(sampleRun(), [timedAnswer(REASONING_ANSWER)]);
  assert.equal(m.mean_ttft_ms, 50);
  // 50 100 120 120 160 180 181: gaps of 50, 20, 0, 40, 20, 1.
  assert.deepEqual([m.mean_itl_ms, m.median_itl_ms], [131 / 6, 20]);
  assert.equal(m.mean_e2el_ms, 181);
  assert.equal(m.mean_tpot_ms, (181 - 50) / 7);
  assert.deepEqual([m.completed, m.total_output_tokens, m.total_input_tokens], [1, 8, 13]);
  // The run ended after 1.2 s.
  assert.equal(m.duration, 1.2);
});

test('a request is a success when a chunk came and HTTP ended well, whatever the stream said', () => {
  const ok = timedAnswer(REASONING_ANSWER);
  const with_ = (overrides: Partial<Result>) => timedAnswer(REASONING_ANSWER, overrides);
  const { metrics, caveats } = vllmBenchFigures(sampleRun(), [
    ok,
    with_({ outcome: 'stream_error' }),
    with_({ outcome: 'incomplete', completionTokens: null, tokenSource: 'none' }),
    with_({ outcome: 'upstream_aborted' }),
    timedAnswer([[10, ['usage'], 0, 0]]),
    plain({ outcome: 'http_error', status: 500 }),
    plain({ outcome: 'unreachable', sentUs: null, status: null }),
  ]);
  assert.deepEqual([metrics.completed, metrics.failed], [3, 4]);
  assert.deepEqual(caveats, { aborted: 0, plain: 0, countedTokens: 1 });
});

test('what the tool does not do is left out and counted: aborts, answers in one piece', () => {
  const { metrics, caveats } = vllmBenchFigures(sampleRun(), [
    timedAnswer(REASONING_ANSWER, { outcome: 'client_aborted', plannedAbort: true }),
    plain({}),
  ]);
  assert.deepEqual([metrics.completed, metrics.failed, metrics.mean_ttft_ms], [0, 0, 0]);
  assert.deepEqual(caveats, { aborted: 1, plain: 1, countedTokens: 0 });
});

test('an answer of one token has no TPOT', () => {
  const one = timedAnswer([
    [5, ['role'], 1, 0],
    [6, ['content', 'finish'], 1, 1],
  ]);
  const { metrics } = vllmBenchFigures(sampleRun(), [one]);
  assert.deepEqual([metrics.p99_tpot_ms, metrics.p99_itl_ms], [0, 1]);
});

test('the peaks count whole seconds from the first request: chunks in one, requests that touch one', () => {
  const at = (sentMs: number, ...ms: readonly number[]) =>
    timedAnswer(
      ms.map((n) => [n, ['content'], 1, 1] as const),
      { sentUs: sentMs * 1e3 },
    );
  const { metrics } = vllmBenchFigures(sampleRun(), [
    at(500, 600, 1400, 1600),
    at(1450, 1550, 2000),
    at(2600, 2700),
  ]);
  // Seconds from 500 ms: [600, 1400], [1600, 1550, 2000], [2700]. Of the requests, 0 and 1, 0 and 1, 2.
  assert.deepEqual([metrics.max_output_tokens_per_s, metrics.max_concurrent_requests], [3, 2]);
});

test('a stream with an event that is not JSON has failed', () => {
  const answers = [timedAnswer(REASONING_ANSWER), timedAnswer(REASONING_ANSWER, { oddEvents: 1 })];
  const { completed, failed } = vllmBenchFigures(sampleRun(), answers).metrics;
  assert.deepEqual([completed, failed], [1, 1]);
});
