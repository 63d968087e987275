import assert from 'node:assert/strict';
import { test } from 'node:test';
import { summarizeRun } from '../../src/measure/summarize-run.ts';
import { NO_CHUNKS } from '../../src/model/chunk-times.ts';
import type { Result } from '../../src/model/result.ts';
import { sampleLoop, sampleResult, sampleRun } from '../helpers/sample-runs.ts';

const plain = (overrides: Partial<Result>) => ({ result: sampleResult(overrides), chunks: NO_CHUNKS });

test('rates count what ended in the window, latencies also what drained', () => {
  // Window 1 s; the third request lies half in it.
  const summary = summarizeRun(sampleRun(), [
    plain({ sentUs: 0, finishedUs: 500_000 }),
    plain({ sentUs: 500_000, finishedUs: 900_000 }),
    plain({ sentUs: 900_000, finishedUs: 1_100_000, scheduledUs: 890_000 }),
  ]);
  assert.equal(summary.requests, 3);
  assert.equal(summary.drained, 1);
  assert.equal(summary.requestsPerSec, 2);
  assert.equal(summary.bytesPerSec, 2 * 766);
  assert.equal(summary.outputTokensPerSec, 6);
  assert.equal(summary.servedRequestsPerSec, 2.5);
  assert.equal(summary.servedOutputTokensPerSec, 7.5);
  assert.deepEqual([summary.e2elMs.count, summary.e2elMs.p50, summary.e2elMs.max], [3, 400, 500]);
  // The second was due at 0.
  assert.equal(summary.responseMs.max, 900);
});

test('failures are counted by their word and have no latency', () => {
  const summary = summarizeRun(sampleRun(), [
    plain({}),
    plain({ outcome: 'http_error', status: 500, completionTokens: null, tokenSource: 'none' }),
    plain({ outcome: 'timeout', status: null, completionTokens: null, tokenSource: 'none' }),
    plain({ outcome: 'client_aborted', completionTokens: null, tokenSource: 'none' }),
  ]);
  assert.deepEqual(summary.outcomes, { ok: 1, http_error: 1, timeout: 1, client_aborted: 1 });
  assert.equal(summary.errors, 2);
  assert.equal(summary.e2elMs.count, 1);
  // An answer of any status counts as wrk counts it, a timeout is no answer.
  assert.equal(summary.requestsPerSec, 2);
  assert.deepEqual(summary.tokenSources, { usage: 1 });
});

test('TTFT to the first token, TPOT over the gaps between first and last, ITL per read that carried tokens', () => {
  const result = sampleResult({
    sentUs: 1_000,
    firstTokenUs: 11_000,
    lastTokenUs: 51_000,
    finishedUs: 52_000,
    completionTokens: 5,
    streamed: true,
  });
  // Role only, two tokens in one read, an empty read, two more, usage.
  const chunks = {
    atUs: [10_000, 11_000, 20_000, 31_000, 51_000, 52_000],
    bytes: [1, 1, 1, 1, 1, 1],
    kinds: [1, 4, 0, 2, 8, 32],
    tokens: [0, 2, 0, 2, 1, 0],
  };
  const summary = summarizeRun(sampleRun(), [{ result, chunks }]);
  assert.equal(summary.ttftMs.mean, 10);
  assert.equal(summary.tpotMs.mean, 10);
  assert.deepEqual([summary.itlMs.count, summary.itlMs.mean], [2, 20]);
});

test('plain answers have no TTFT, unknown token counts give no token rate', () => {
  const summary = summarizeRun(sampleRun(), [plain({ completionTokens: null, tokenSource: 'none' })]);
  assert.equal(summary.ttftMs.count, 0);
  assert.equal(summary.outputTokensPerSec, null);
  assert.equal(summary.servedOutputTokensPerSec, null);
});

test('latencies can be limited to the first positions of the plan, rates are not', () => {
  const { run, results } = sampleLoop(sampleRun());
  const all = summarizeRun(run, results);
  const some = summarizeRun(run, results, 5);
  assert.equal(some.e2elMs.count, 5);
  assert.equal(some.ttftMs.count, 5);
  assert.equal(some.itlMs.count, 5 * 19);
  assert.equal(some.requestsPerSec, all.requestsPerSec);
  assert.equal(some.requests, all.requests);
});

test('a run that died is not valid and is measured as far as it came', () => {
  const summary = summarizeRun(sampleRun({ end: null }), [plain({ finishedUs: 2_000_000 })]);
  assert.equal(summary.valid, false);
  assert.match(summary.invalidReasons[0] ?? '', /did not end/);
  assert.equal(summary.durationMs, 2_000);
  assert.equal(summary.requestsPerSec, 0.5);
});
