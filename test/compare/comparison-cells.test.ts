import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ComparedKey, comparedMetric } from '../../src/compare/compared-metrics.ts';
import { type JudgedMetric, metricComparison, overCells } from '../../src/compare/comparison.ts';

const judged = (key: ComparedKey, estimate: number, verdict: JudgedMetric['verdict']): JudgedMetric => ({
  verdict,
  measured: {
    metric: { ...comparedMetric(key), gating: true },
    before: 100,
    after: 100 * Math.exp(estimate),
    difference: { estimate, standardError: 0.01, df: 5 },
    comparable: true,
  },
});

test('ratio and interval come from the difference, at the level asked for', () => {
  const { ratio, low, high } = metricComparison(judged('tpot', 0.1, 'regression'), 0.95);
  assert.ok(Math.abs(ratio - Math.exp(0.1)) < 1e-12);
  assert.ok(Math.abs((low ?? 0) - Math.exp(0.1 - 0.025705818)) < 1e-8);
  assert.ok(Math.abs((high ?? 0) - Math.exp(0.1 + 0.025705818)) < 1e-8);
  const wider = metricComparison(judged('tpot', 0.1, 'regression'), 0.99);
  assert.ok((wider.low ?? 2) < (low ?? 0) && (wider.high ?? 0) > (high ?? 2));
});

test('without a difference there is the ratio alone', () => {
  const { measured, verdict } = judged('tpot', 0.1, 'inconclusive');
  const { ratio, low } = metricComparison({ verdict, measured: { ...measured, difference: null } }, 0.95);
  assert.ok(Math.abs(ratio - Math.exp(0.1)) < 1e-12);
  assert.equal(low, null);
});

test('over cells: the mean of the logarithms and the verdict of all', () => {
  const all = overCells(
    [judged('tpot', 0.1, 'regression'), judged('ttft', 0, 'equivalent'), judged('tpot', 0, 'equivalent')],
    0.95,
  );
  assert.deepEqual(Object.keys(all), ['tpot', 'ttft']);
  assert.ok(Math.abs((all.tpot?.ratio ?? 0) - Math.exp(0.05)) < 1e-12);
  assert.equal(all.tpot?.verdict, 'regression');
  assert.equal(all.ttft?.verdict, 'equivalent');
});
