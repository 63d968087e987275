import assert from 'node:assert/strict';
import { test } from 'node:test';
import { METRICS } from '../../src/measure/metric-table.ts';
import { sampleResult } from '../helpers/sample-runs.ts';

test('a stream has all three, a plain answer only the whole', () => {
  const stream = sampleResult({
    sentUs: 1_000,
    firstTokenUs: 21_000,
    lastTokenUs: 61_000,
    finishedUs: 62_000,
    completionTokens: 5,
    streamed: true,
  });
  assert.deepEqual(
    [METRICS.e2elMs.of(stream), METRICS.ttftMs.of(stream), METRICS.tpotMs.of(stream)],
    [61, 20, 10],
  );
  const plain = { ...stream, streamed: false };
  assert.deepEqual(
    [METRICS.e2elMs.of(plain), METRICS.ttftMs.of(plain), METRICS.tpotMs.of(plain)],
    [61, null, null],
  );
});

test('what is missing is null: not sent, no token, one token', () => {
  const stream = sampleResult({ streamed: true, firstTokenUs: 1, lastTokenUs: 1 });
  assert.equal(METRICS.e2elMs.of({ ...stream, sentUs: null }), null);
  assert.equal(METRICS.ttftMs.of({ ...stream, sentUs: null }), null);
  assert.equal(METRICS.ttftMs.of({ ...stream, firstTokenUs: null }), null);
  assert.equal(METRICS.tpotMs.of({ ...stream, completionTokens: 1 }), null);
});
