import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDrift } from '../../src/measure/drift.ts';
import { createRandom } from '../../src/model/random.ts';
import { sampleResult } from '../helpers/sample-runs.ts';

/** Latencies that grow by `total` over the run, with 5 % of noise. */
function driftOf(total: number, n = 1_000, seed = 1) {
  const random = createRandom(seed);
  const drift = createDrift(10e6);
  for (let i = 0; i < n; i++) {
    const sentUs = (10e6 * i) / n;
    const latencyUs = 1e6 * (1 + total) ** (i / n) * random.gaussian(1, 0.05);
    drift.add(sampleResult({ sentUs, finishedUs: sentUs + latencyUs }));
  }
  return drift.figures();
}

test('a drift is found with its size', () => {
  const { ratio, standardError, df, windows } = driftOf(0.2);
  assert.equal(windows.length, 10);
  assert.equal(df, 7);
  // From the middle of the second window to that of the last: eight tenths of it.
  const expected = Math.log(1.2) * 0.8;
  assert.ok(Math.abs(Math.log(ratio ?? 1) - expected) < 4 * (standardError ?? 0), `${ratio}`);
});

test('without a drift the interval holds no change in about 95 of 100 runs', () => {
  const t = 2.365;
  const misses = Array.from({ length: 200 }, (_, seed) => driftOf(0, 300, seed + 1)).filter(
    ({ ratio, standardError }) => Math.abs(Math.log(ratio ?? 1)) > t * (standardError ?? 0),
  ).length;
  assert.ok(misses >= 2 && misses <= 22, `${misses} of 200`);
});

test('too few requests, or no window, say nothing', () => {
  assert.deepEqual(driftOf(0.2, 12).ratio, null);
  const none = createDrift(0);
  none.add(sampleResult());
  assert.deepEqual([none.figures().ratio, none.figures().windows[0]], [null, { count: 0, meanMs: null }]);
});
