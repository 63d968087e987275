import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PAIRED_METRICS, PRIMARY_KEYS } from '../../../src/compare/session/paired-metrics.ts';
import { sampleStats } from '../../../src/measure/sample.ts';
import { sampleArmRun, sampleCell, sampleColumns, samplePair } from '../../helpers/sample-pairs.ts';

const metric = (key: string) => PAIRED_METRICS.find((one) => one.key === key) ?? assert.fail(key);

test('keys are unique, and what may be declared exists', () => {
  const keys = PAIRED_METRICS.map(({ key }) => key);
  assert.equal(new Set(keys).size, keys.length);
  for (const key of PRIMARY_KEYS) assert.ok(keys.includes(key));
  assert.deepEqual(
    PAIRED_METRICS.filter(({ gating }) => gating).map(({ key }) => key),
    ['ttft', 'tpot', 'waitTail', 'servedOutputTokensPerSec'],
  );
});

test('each metric of a candidate a tenth slower, the larger the worse or the better', () => {
  const many = sampleCell(new Array(20).fill(1.1)).pairs.map((pair) => {
    const itlMs = (ms: number) => sampleStats(Float64Array.of(ms));
    const { baseline, candidate } = pair;
    return {
      ...pair,
      baseline: { ...baseline, summary: { ...baseline.summary, itlMs: itlMs(20) } },
      candidate: { ...candidate, summary: { ...candidate.summary, itlMs: itlMs(22) } },
    };
  });
  for (const { key, better, ofPairs } of PAIRED_METRICS) {
    for (const figure of ofPairs(many)) {
      const wanted = Math.log(1.1) * (better === 'lower' ? 1 : -1);
      assert.ok(Math.abs((figure?.logRatio ?? 0) - wanted) < 1e-9, `${key}: ${figure?.logRatio}`);
      assert.ok(Math.abs(Math.log((figure?.candidate ?? 0) / (figure?.baseline ?? 1)) - wanted) < 1e-9, key);
    }
  }
});

test('the typical request is the median of the ratios of the very same requests', () => {
  const [a, b] = [sampleColumns(), sampleColumns()];
  // Half of the requests as fast, a quarter twice, a quarter three times as slow; one failed in one arm.
  b.ttftMs.set(b.ttftMs.map((ms, i) => ms * ([1, 1, 2, 3][i % 4] ?? 1)));
  a.ttftMs[0] = Number.NaN;
  const pair = samplePair(1, () => ({
    baseline: sampleArmRun(1, { requests: a }),
    candidate: sampleArmRun(1, { requests: b }),
  }));
  // 39 are left, of which 19 did not change.
  assert.ok(Math.abs((metric('ttft').ofPairs([pair])[0]?.logRatio ?? 0) - Math.log(2)) < 1e-12);
});

test('swapping the arms changes the sign and nothing else', () => {
  const pairs = sampleCell([1.05, 0.97, 1.01]).pairs;
  const swapped = pairs.map(({ baseline, candidate, ...pair }) => ({
    ...pair,
    baseline: candidate,
    candidate: baseline,
  }));
  for (const { key, ofPairs } of PAIRED_METRICS) {
    ofPairs(pairs).forEach((figure, k) => {
      const other = ofPairs(swapped)[k];
      assert.equal(figure === null, other === null, key);
      assert.ok(Math.abs((figure?.logRatio ?? 0) + (other?.logRatio ?? 0)) < 1e-12, key);
    });
  }
});

test('what a run does not have is null; a p99 wants 662 requests in all pairs', () => {
  const plain = sampleColumns();
  plain.ttftMs.fill(Number.NaN);
  const pair = samplePair(1, ({ baseline }) => ({ baseline: { ...baseline, requests: plain } }));
  assert.deepEqual(metric('ttft').ofPairs([pair]), [null]);
  const dead = samplePair(1, () => ({
    candidate: sampleArmRun(1, { summary: { servedOutputTokensPerSec: 0, servedRequestsPerSec: 0 } }),
  }));
  assert.deepEqual(metric('servedOutputTokensPerSec').ofPairs([dead]), [null]);
  assert.deepEqual(metric('e2elP99').ofPairs(sampleCell([1, 1]).pairs), [null, null]);
  assert.ok(metric('e2elP99').ofPairs(sampleCell(new Array(17).fill(1)).pairs)[0] !== null);
});
