import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRunSeries } from '../../src/measure/run-series.ts';
import { sampleLoop, sampleResult, sampleRun } from '../helpers/sample-runs.ts';

test('everything that pictures are drawn from, in one pass', () => {
  const { run, results } = sampleLoop(sampleRun());
  const series = createRunSeries(run);
  for (const result of results) series.add(result);
  const { timeline, e2elMs, ttftMs, tpotMs, sample, drift } = series.figures();
  const n = results.length;
  assert.deepEqual(
    [e2elMs.count, ttftMs.count, tpotMs.count, sample.of, sample.points.length],
    [n, n, n, n, n],
  );
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
  const { timeline, e2elMs, sample, drift } = series.figures();
  assert.deepEqual([e2elMs.count, sample.points.length, drift.ratio], [0, 0, null]);
  assert.equal(timeline.bins.at(-1)?.errors, 1);
});
