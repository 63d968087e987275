import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRequestSample } from '../../src/measure/request-sample.ts';
import { sampleResult } from '../helpers/sample-runs.ts';

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
