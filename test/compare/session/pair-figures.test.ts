import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PAIR_METRICS } from '../../../src/compare/compared-metrics.ts';
import type { Pair } from '../../../src/compare/session/arm-run.ts';
import { pairFigures } from '../../../src/compare/session/pair-figures.ts';
import { sampleArmRun, sampleCell, sampleColumns, samplePair } from '../../helpers/sample-pairs.ts';

const figures = (key: string, pairs: readonly Pair[]) =>
  pairFigures(PAIR_METRICS.find((one) => one.key === key) ?? assert.fail(key), pairs);

test('each metric of a candidate a tenth slower, the larger the worse or the better', () => {
  const many = sampleCell(new Array(20).fill(1.1)).pairs.map((pair) => {
    const { baseline, candidate } = pair;
    return {
      ...pair,
      baseline: { ...baseline, values: { ...baseline.values, itlP99: 20 } },
      candidate: { ...candidate, values: { ...candidate.values, itlP99: 22 } },
    };
  });
  for (const { key, better } of PAIR_METRICS) {
    for (const figure of figures(key, many)) {
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
  assert.ok(Math.abs((figures('ttft', [pair])[0]?.logRatio ?? 0) - Math.log(2)) < 1e-12);
});

test('swapping the arms changes the sign and nothing else', () => {
  const pairs = sampleCell([1.05, 0.97, 1.01]).pairs;
  const swapped = pairs.map(({ baseline, candidate, ...pair }) => ({
    ...pair,
    baseline: candidate,
    candidate: baseline,
  }));
  for (const { key } of PAIR_METRICS) {
    figures(key, pairs).forEach((figure, k) => {
      const other = figures(key, swapped)[k];
      assert.equal(figure === null, other === null, key);
      assert.ok(Math.abs((figure?.logRatio ?? 0) + (other?.logRatio ?? 0)) < 1e-12, key);
    });
  }
});

test('what a run does not have is null; a p99 wants 662 requests in all pairs', () => {
  const plain = sampleColumns();
  plain.ttftMs.fill(Number.NaN);
  const pair = samplePair(1, ({ baseline }) => ({ baseline: { ...baseline, requests: plain } }));
  assert.deepEqual(figures('ttft', [pair]), [null]);
  const dead = samplePair(1, () => ({
    candidate: sampleArmRun(1, { values: { servedOutputTokensPerSec: 0, servedRequestsPerSec: 0 } }),
  }));
  assert.deepEqual(figures('servedOutputTokensPerSec', [dead]), [null]);
  assert.deepEqual(figures('e2elP99', sampleCell([1, 1]).pairs), [null, null]);
  assert.ok(figures('e2elP99', sampleCell(new Array(17).fill(1)).pairs)[0] !== null);
});
