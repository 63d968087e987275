import assert from 'node:assert/strict';
import { test } from 'node:test';
import { guidellmFigures } from '../../../src/measure/as/guidellm.ts';
import { NO_CHUNKS } from '../../../src/model/chunk-times.ts';
import type { Result } from '../../../src/model/result.ts';
import { sampleResult } from '../../helpers/sample-runs.ts';
import { REASONING_ANSWER, type Read, timedAnswer } from '../../helpers/timed-answer.ts';

const plain = (overrides: Partial<Result>) => ({ result: sampleResult(overrides), chunks: NO_CHUNKS });

test('TPOT has the first token’s wait in it, ITL has not; a request ends with its end mark', () => {
  const figures = guidellmFigures([timedAnswer(REASONING_ANSWER, { finishedUs: 240_000 })]);
  assert.deepEqual([figures.ttftMs.mean, figures.ttfotMs.mean], [100, 120]);
  assert.equal(figures.itlMs.mean, 80 / 7);
  assert.equal(figures.tpotMs.mean, 180 / 8);
  assert.equal(figures.requestLatencySec.mean, 0.2);
  assert.ok(Math.abs(figures.outputTokensPerSec - 8 / 0.2) < 1e-9);
  assert.ok(Math.abs(figures.totalTokensPerSec - 21 / 0.2) < 1e-9);
});

test('long answers weigh more: ITL by gaps, TPOT by tokens', () => {
  const steps = (n: number, stepMs: number): readonly Read[] =>
    Array.from({ length: n }, (_, i) => [100 + i * stepMs, ['content'], 1, 1] as const);
  const figures = guidellmFigures([timedAnswer(steps(2, 50)), timedAnswer(steps(11, 10))]);
  assert.ok(Math.abs(figures.itlMs.mean - (50 * 1 + 10 * 10) / 11) < 1e-9);
  assert.equal(figures.itlMs.median, 10);
  assert.ok(Math.abs(figures.tpotMs.mean - (150 + 200) / 13) < 1e-9);
});

test('concurrency over time: levels weigh by how long they lasted', () => {
  const figures = guidellmFigures([
    plain({ sentUs: 0, finishedUs: 400_000 }),
    plain({ sentUs: 100_000, finishedUs: 200_000 }),
    plain({ sentUs: 100_000, finishedUs: 1_000_000, outcome: 'http_error', status: 500 }),
  ]);
  // 1 for 100 ms, 3 for 100, 2 for 200, 1 for 600.
  assert.ok(Math.abs(figures.concurrency.mean - 1.4) < 1e-9);
  assert.equal(figures.concurrency.median, 1);
  // Over all requests, the failed one too.
  assert.ok(Math.abs(figures.requestsPerSec - 3) < 1e-9);
  assert.deepEqual([figures.successful, figures.errored], [2, 1]);
});

test('a plain answer has latency and TPOT, no TTFT; one without output is an error', () => {
  const figures = guidellmFigures([
    plain({ sentUs: 10_000 }),
    plain({ completionTokens: null, tokenSource: 'none' }),
    plain({ outcome: 'client_aborted' }),
  ]);
  assert.deepEqual([figures.successful, figures.errored, figures.caveats.aborted], [1, 1, 1]);
  assert.equal(figures.tpotMs.mean, 30);
  assert.equal(figures.ttftMs.mean, 0);
});
