import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aiperfFigures } from '../../../src/measure/as/aiperf.ts';
import { NO_CHUNKS } from '../../../src/model/chunk-times.ts';
import type { Result } from '../../../src/model/result.ts';
import { sampleResult } from '../../helpers/sample-runs.ts';
import { REASONING_ANSWER, timedAnswer } from '../../helpers/timed-answer.ts';

const plain = (overrides: Partial<Result>) => ({ result: sampleResult(overrides), chunks: NO_CHUNKS });

test('the role chunk does not count, reasoning does; a request ends with its last text', () => {
  const { samples, ...figures } = aiperfFigures([timedAnswer(REASONING_ANSWER)]);
  assert.equal(samples.time_to_first_token.mean, 100);
  assert.equal(samples.time_to_second_token.mean, 20);
  assert.equal(samples.time_to_first_output_token.mean, 120);
  assert.equal(samples.request_latency.mean, 180);
  // (180 - 100) / (8 - 1); events at 100 120 120 160 180.
  assert.equal(samples.inter_token_latency.mean, 80 / 7);
  assert.deepEqual([samples.inter_chunk_latency.count, samples.inter_chunk_latency.mean], [4, 20]);
  assert.ok(Math.abs((samples.output_token_throughput_per_user.mean ?? 0) - 7000 / 80) < 1e-9);
  assert.ok(Math.abs((samples.e2e_output_token_throughput.mean ?? 0) - 8000 / 180) < 1e-9);
  assert.deepEqual([samples.output_sequence_length.mean, samples.input_sequence_length.mean], [8, 13]);
  // From the first sending to the last text.
  assert.ok(Math.abs(figures.requestsPerSec - 1 / 0.18) < 1e-9);
  assert.ok(Math.abs(figures.outputTokensPerSec - 8 / 0.18) < 1e-9);
  assert.ok(Math.abs(figures.inputTokensPerSec - 13 / 0.18) < 1e-9);
});

test('a plain answer has latency and lengths, no tokens in time', () => {
  const { samples, requests } = aiperfFigures([plain({ sentUs: 20_000 })]);
  assert.deepEqual([requests, samples.request_latency.mean, samples.output_sequence_length.mean], [1, 80, 3]);
  assert.deepEqual([samples.time_to_first_token.count, samples.inter_token_latency.count], [0, 0]);
});

test('errors are counted and have no latency; aborts are left out', () => {
  const figures = aiperfFigures([
    timedAnswer(REASONING_ANSWER),
    timedAnswer([[50, ['role'], 1, 0]]),
    plain({ outcome: 'http_error', status: 503 }),
    timedAnswer(REASONING_ANSWER, { outcome: 'upstream_aborted' }),
    timedAnswer(REASONING_ANSWER, { outcome: 'client_aborted' }),
  ]);
  assert.deepEqual([figures.requests, figures.errors, figures.caveats.aborted], [1, 3, 1]);
});

test('nothing at all is zero rates and empty samples', () => {
  const { samples, requestsPerSec } = aiperfFigures([]);
  assert.deepEqual([requestsPerSec, samples.request_latency.count], [0, 0]);
});
