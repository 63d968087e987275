import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { sglangFigures } from '../../../src/measure/as/sglang.ts';
import { RUN_END } from '../../helpers/sample-records.ts';
import { sampleRun } from '../../helpers/sample-runs.ts';
import { REASONING_ANSWER, type Read, timedAnswer } from '../../helpers/timed-answer.ts';

/** 24 requests and what `calculate_metrics` of sglang 0.5.23 made of them. Times in seconds. */
interface Calculated {
  readonly durationSec: number;
  readonly requests: readonly {
    readonly start: number;
    readonly success: boolean;
    readonly ttft: number;
    readonly itl: readonly number[];
    readonly latency: number;
    readonly inputTokens: number;
    readonly outputTokens: number;
  }[];
  readonly metrics: Readonly<Record<string, number>>;
}

/** Where our name is the result file's and not the field's of the tool's own class. */
const FIELDS: Readonly<Record<string, string>> = {
  total_input_tokens: 'total_input',
  total_output_tokens: 'total_output',
};

test('the tool’s own function gives the same of the same requests', () => {
  const file = new URL('../../fixtures/sglang-0.5.23/metrics.json', import.meta.url);
  const { durationSec, requests, metrics }: Calculated = JSON.parse(readFileSync(file, 'utf8'));
  const results = requests.map(({ start, success, ttft, itl, latency, inputTokens, outputTokens }) => {
    let at = start + ttft;
    const reads: Read[] = [[at * 1e3, ['content'], 1, 1]];
    for (const gap of itl) {
      at += gap;
      reads.push([at * 1e3, ['content'], 1, 1]);
    }
    reads.push([(start + latency) * 1e3, ['done'], 0, 0]);
    return timedAnswer(reads, {
      sentUs: start * 1e6,
      promptTokens: inputTokens,
      completionTokens: outputTokens,
      ...(success ? {} : { outcome: 'http_error', status: 500 }),
    });
  });
  const ours = sglangFigures(sampleRun({ end: { ...RUN_END, endedUs: durationSec * 1e6 } }), results).metrics;
  const { duration, failed, ...rest } = ours;
  assert.deepEqual([duration, failed], [5.5, 1]);
  for (const [name, value] of Object.entries(rest)) {
    const theirs = metrics[FIELDS[name] ?? name];
    assert.ok(Math.abs(Number(value) - Number(theirs)) < 1e-5, `${name}: ${value} and ${theirs}`);
  }
});

test('TTFT ends with text or reasoning, the end is the last line, a tool call is not a token', () => {
  const { metrics: m } = sglangFigures(sampleRun(), [timedAnswer(REASONING_ANSWER)]);
  assert.equal(m.mean_ttft_ms, 100);
  assert.equal(m.mean_e2e_latency_ms, 200);
  assert.equal(m.mean_tpot_ms, 100 / 7);
  const tools = timedAnswer([
    [10, ['role'], 1, 0],
    [30, ['tool'], 1, 1],
    [40, ['content'], 1, 1],
    [50, ['done'], 0, 0],
  ]);
  assert.equal(sglangFigures(sampleRun(), [tools]).metrics.mean_ttft_ms, 40);
});

test('a stream without a token is a success with a TTFT of zero; one with a broken event is not', () => {
  const empty = timedAnswer([[25, ['done'], 0, 0]]);
  const broken = timedAnswer(REASONING_ANSWER, { oddEvents: 1 });
  const { metrics, caveats } = sglangFigures(sampleRun(), [empty, broken]);
  assert.deepEqual([metrics.completed, metrics.failed, metrics.mean_ttft_ms], [1, 1, 0]);
  assert.equal(metrics.mean_e2e_latency_ms, 25);
  assert.deepEqual(caveats, { aborted: 0, plain: 0, countedTokens: 0 });
});
