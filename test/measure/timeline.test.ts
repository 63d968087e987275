import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTimeline } from '../../src/measure/timeline.ts';
import { NO_CHUNKS } from '../../src/model/chunk-times.ts';
import { sampleResult } from '../helpers/sample-runs.ts';

test('in flight, answers, tokens and errors by bin', () => {
  const timeline = createTimeline(1_000_000);
  const times = [200_000, 300_000, 400_000];
  timeline.add({
    result: sampleResult({ sentUs: 0, finishedUs: 500_000, completionTokens: 6, streamed: true }),
    chunks: { ...NO_CHUNKS, atUs: [100_000, ...times], kinds: [1, 4, 4, 4], tokens: [0, 1, 1, 1] },
  });
  timeline.add({
    result: sampleResult({
      sentUs: 500_000,
      finishedUs: 1_000_000,
      completionTokens: null,
      outcome: 'timeout',
    }),
    chunks: NO_CHUNKS,
  });
  timeline.add({
    result: sampleResult({ sentUs: 0, finishedUs: 1_000_000, completionTokens: 100 }),
    chunks: NO_CHUNKS,
  });
  const { binMs, bins } = timeline.figures();
  assert.equal(binMs, 10);
  const at = (ms: number) => bins[ms / binMs];
  assert.equal(at(250)?.inFlight, 2);
  // The server counted six tokens in three events: two for each.
  assert.ok(Math.abs((at(200)?.tokensPerSec ?? 0) - (200 + 100)) < 1e-6);
  // A plain answer's tokens are spread over its time; the role alone is no token.
  assert.ok(Math.abs((at(100)?.tokensPerSec ?? 0) - 100) < 1e-6);
  assert.equal(at(500)?.requestsPerSec, 100);
  assert.deepEqual(
    bins.filter(({ errors }) => errors > 0).map(({ startMs, errors }) => [startMs, errors]),
    [[990, 1]],
  );
});

test('a request that was never sent is not in flight; nothing at all has no bins', () => {
  const timeline = createTimeline(null);
  assert.deepEqual(timeline.figures().bins, []);
  timeline.add({ result: sampleResult({ sentUs: null, outcome: 'unreachable' }), chunks: NO_CHUNKS });
  const { bins } = timeline.figures();
  assert.equal(
    bins.reduce((sum, { inFlight }) => sum + inFlight, 0),
    0,
  );
  assert.equal(
    bins.reduce((sum, { errors }) => sum + errors, 0),
    1,
  );
});
