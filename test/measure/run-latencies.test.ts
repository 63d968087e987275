import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRunLatencies } from '../../src/measure/run-latencies.ts';
import { NO_CHUNKS } from '../../src/model/chunk-times.ts';
import type { Load } from '../../src/model/run.ts';
import { OPEN_LOAD, sampleResult } from '../helpers/sample-runs.ts';

const CLOSED: Load = { kind: 'closed', semantics: 'drain' };

const streamed = sampleResult({
  scheduledUs: 0,
  sentUs: 1_000,
  firstTokenUs: 11_000,
  lastTokenUs: 51_000,
  finishedUs: 52_000,
  completionTokens: 5,
  streamed: true,
});
// Role only, two tokens in one read, an empty read, two more, one more, usage.
const chunks = {
  atUs: [10_000, 11_000, 20_000, 31_000, 51_000, 52_000],
  bytes: [1, 1, 1, 1, 1, 1],
  kinds: [1, 4, 0, 2, 8, 32],
  tokens: [0, 2, 0, 2, 1, 0],
  events: [1, 2, 0, 1, 1, 1],
};

test('service times count from sending, response times from the plan', () => {
  const latencies = createRunLatencies(CLOSED);
  latencies.add(streamed, chunks);
  const figures = latencies.figures();
  assert.deepEqual([figures.ttftMs.mean, figures.ttftResponseMs.mean], [10, 11]);
  assert.deepEqual([figures.e2elMs.mean, figures.responseMs.mean], [51, 52]);
  assert.equal(figures.tpotMs.mean, 10);
  assert.deepEqual([figures.promptLength.mean, figures.completionLength.mean], [13, 5]);
});

test('ITL per read that carried tokens, and per token: a read of two gives two halves of its gap', () => {
  const latencies = createRunLatencies(CLOSED);
  latencies.add(streamed, chunks);
  const { itlMs, itlPerTokenMs } = latencies.figures();
  assert.deepEqual([itlMs.count, itlMs.mean, itlMs.stdev], [2, 20, 0]);
  // 20 ms for two tokens, then 20 ms for one.
  assert.deepEqual([itlPerTokenMs.count, itlPerTokenMs.p50, itlPerTokenMs.max], [3, 10, 20]);
});

test('a plain answer has neither TTFT nor gaps; one that was never sent has only a response time', () => {
  const latencies = createRunLatencies(CLOSED);
  latencies.add(sampleResult({ sentUs: null }), NO_CHUNKS);
  latencies.add(sampleResult({}), NO_CHUNKS);
  const figures = latencies.figures();
  assert.deepEqual([figures.ttftMs.count, figures.itlMs.count, figures.tpotMs.count], [0, 0, 0]);
  assert.deepEqual([figures.e2elMs.count, figures.responseMs.count], [1, 2]);
});

test('an answer of one token has no TPOT', () => {
  const latencies = createRunLatencies(CLOSED);
  latencies.add({ ...streamed, completionTokens: 1 }, NO_CHUNKS);
  assert.deepEqual([latencies.figures().ttftMs.count, latencies.figures().tpotMs.count], [1, 0]);
});

test('schedule lag is of everything that was sent, in an open loop only', () => {
  const [open, closed] = [createRunLatencies(OPEN_LOAD), createRunLatencies(CLOSED)];
  for (const latencies of [open, closed]) {
    latencies.addSending(streamed);
    latencies.addSending({ ...streamed, outcome: 'http_error', sentUs: 3_000 });
    latencies.addSending({ ...streamed, outcome: 'unreachable', sentUs: null });
  }
  const { scheduleLagMs } = open.figures();
  assert.deepEqual([scheduleLagMs.count, scheduleLagMs.mean], [2, 2]);
  assert.equal(closed.figures().scheduleLagMs.count, 0);
});
