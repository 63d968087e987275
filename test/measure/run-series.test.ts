import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRequestSample, createRunSeries, createTimeline } from '../../src/measure/run-series.ts';
import { NO_CHUNKS } from '../../src/model/chunk-times.ts';
import { sampleLoop, sampleResult, sampleRun } from '../helpers/sample-runs.ts';

test('everything that pictures are drawn from, in one pass', () => {
  const { run, results } = sampleLoop(sampleRun());
  const series = createRunSeries(run);
  for (const result of results) series.add(result);
  const { timeline, sample, drift } = series.figures();
  const n = results.length;
  assert.deepEqual([sample.of, sample.points.length], [n, n]);
  const endMs = Math.max(...results.map(({ result }) => result.finishedUs / 1e3));
  const tokens = timeline.bins.reduce((sum, { startMs, tokensPerSec }, i) => {
    const widthMs = (timeline.bins[i + 1]?.startMs ?? endMs) - startMs;
    return sum + (tokensPerSec * widthMs) / 1e3;
  }, 0);
  assert.ok(Math.abs(tokens - 20 * n) < 1, `${tokens} tokens`);
  assert.equal(
    drift.windows.reduce((sum, { count }) => sum + count, 0),
    n,
  );
});

test('failed requests are in the timeline only; a run that died is measured as far as it came', () => {
  const series = createRunSeries(sampleRun({ end: null }));
  series.add({
    result: sampleResult({ outcome: 'http_error' }),
    chunks: { atUs: [], bytes: [], kinds: [], tokens: [], events: [] },
  });
  const { timeline, sample, drift } = series.figures();
  assert.deepEqual([sample.points.length, drift.ratio], [0, null]);
  assert.equal(timeline.bins.at(-1)?.errors, 1);
});

function sampleOf(seqs: readonly number[], size: number) {
  const sample = createRequestSample(size);
  for (const seq of seqs) sample.add(sampleResult({ seq }));
  return sample.figures();
}

const ALL = Array.from({ length: 5_000 }, (_, i) => i);

test('the same requests whatever the order, evenly over the run', () => {
  const sample = sampleOf(ALL, 100);
  assert.deepEqual(sampleOf(ALL.toReversed(), 100), sample);
  assert.deepEqual([sample.points.length, sample.of], [100, 5_000]);
  for (const quarter of [0, 1, 2, 3]) {
    const n = sample.points.filter(({ seq }) => Math.floor(seq / 1250) === quarter).length;
    assert.ok(n > 10 && n < 45, `${n} of 100 in quarter ${quarter}`);
  }
});

test('few requests are all kept, in order of the plan; what failed is not', () => {
  const sample = createRequestSample(10);
  for (const seq of [3, 1, 2]) sample.add(sampleResult({ seq }));
  sample.add(sampleResult({ seq: 4, outcome: 'timeout' }));
  sample.add(sampleResult({ seq: 5, sentUs: null }));
  const { points, of } = sample.figures();
  assert.deepEqual([points.map(({ seq }) => seq), of], [[1, 2, 3], 3]);
  assert.deepEqual(points[0], { seq: 1, exchangeId: 1, sentMs: 0, e2elMs: 100, ttftMs: null, tpotMs: null });
});

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
