import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CellComparison, MetricComparison, Verdict } from '../../src/compare/comparison.ts';
import { sentenceOf } from '../../src/compare/sentence.ts';

const NAMES = { before: 'v1', after: 'v2' };

function metric(ratio: number, verdict: Verdict): MetricComparison {
  const base = {
    metric: 'e2elMs',
    statistic: 'p50',
    title: 'E2EL p50',
    unit: 'ms',
    better: 'lower',
    gating: true,
  } as const;
  return { ...base, before: 100, after: 100 * ratio, ratio, low: ratio - 0.01, high: ratio + 0.01, verdict };
}

function cell(metrics: Record<string, MetricComparison>, valid = 3): CellComparison {
  const side = { runs: [1, 2, 3], valid };
  return {
    cell: { threads: 10, connections: 20 },
    before: side,
    after: side,
    verdict: 'regression',
    metrics,
    notes: [],
  };
}

test('the strongest gating figure carries the sentence', () => {
  const cells = [cell({ a: metric(1.05, 'regression') }), cell({ a: metric(1.2, 'regression') })];
  assert.equal(
    sentenceOf('regression', NAMES, cells),
    'v2 is slower than v1: E2EL p50 +20.0 % (95 % interval +19.0 % to +21.0 %) at 10x20.',
  );
});

test('a regression with improvements beside it says both', () => {
  const cells = [cell({ a: metric(1.05, 'regression') }), cell({ a: metric(0.8, 'improvement') })];
  assert.match(
    sentenceOf('regression', NAMES, cells),
    /slower .*\+5\.0 %.*though it is faster by another measure .*−20\.0 %/,
  );
});

test('every other verdict has its sentence', () => {
  const cells = [cell({ a: metric(1.01, 'small') })];
  assert.match(sentenceOf('improvement', NAMES, [cell({ a: metric(0.9, 'improvement') })]), /faster/);
  assert.match(sentenceOf('equivalent', NAMES, cells), /surely below 3 % of latency and 2 % of throughput/);
  assert.match(sentenceOf('small', NAMES, cells), /less than matters: E2EL p50 \+1\.0 %/);
  assert.match(sentenceOf('inconclusive', NAMES, cells), /do not say/);
  assert.match(sentenceOf('inconclusive', NAMES, [cell({}, 2)]), /No verdict is given/);
  assert.match(sentenceOf('invalid', NAMES, cells), /cannot be compared/);
  assert.match(sentenceOf('invalid', NAMES, []), /no cell in common/);
});
