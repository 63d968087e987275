import assert from 'node:assert/strict';
import { test } from 'node:test';
import { e2elMsOf, tpotMsOf, ttftMsOf } from '../../src/measure/request-latencies.ts';
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
  assert.deepEqual([e2elMsOf(stream), ttftMsOf(stream), tpotMsOf(stream)], [61, 20, 10]);
  const plain = { ...stream, streamed: false };
  assert.deepEqual([e2elMsOf(plain), ttftMsOf(plain), tpotMsOf(plain)], [61, null, null]);
});

test('what is missing is null: not sent, no token, one token', () => {
  const stream = sampleResult({ streamed: true, firstTokenUs: 1, lastTokenUs: 1 });
  assert.equal(e2elMsOf({ ...stream, sentUs: null }), null);
  assert.equal(ttftMsOf({ ...stream, sentUs: null }), null);
  assert.equal(ttftMsOf({ ...stream, firstTokenUs: null }), null);
  assert.equal(tpotMsOf({ ...stream, completionTokens: 1 }), null);
});
