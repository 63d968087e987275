import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ComparedMetric, RUN_METRICS } from '../../src/compare/compared-metrics.ts';
import { combineVerdicts, judgeFamily } from '../../src/compare/judge.ts';

const metric = (key: string): ComparedMetric => RUN_METRICS.find((m) => m.key === key) ?? assert.fail(key);
const claim = (key: string, estimate: number, standardError: number) => ({
  metric: metric(key),
  difference: { estimate, standardError, df: 4 },
});
const one = (key: string, estimate: number, standardError: number) =>
  judgeFamily([claim(key, estimate, standardError)])[0];

test('the four verdicts of one latency', () => {
  assert.equal(one('e2elP50', 0.1, 0.005), 'regression');
  assert.equal(one('e2elP50', -0.1, 0.005), 'improvement');
  assert.equal(one('e2elP50', 0.002, 0.002), 'equivalent');
  assert.equal(one('e2elP50', 0.02, 0.006), 'small');
  assert.equal(one('e2elP50', 0.05, 0.05), 'inconclusive');
});

test('a significant difference that is within the margin with confidence does not matter', () => {
  assert.equal(one('e2elP50', 0.01, 0.001), 'equivalent');
});

test('level and margins are those that were declared', () => {
  const rules = { alpha: 0.01, margins: { lower: 0.1, higher: 0.1 } };
  const judged = (estimate: number, standardError: number) =>
    judgeFamily([claim('e2elP50', estimate, standardError)], rules)[0];
  assert.equal(judged(0.05, 0.005), 'equivalent');
  assert.equal(judged(0.11, 0.03), 'inconclusive');
  assert.equal(judged(0.11, 0.01), 'regression');
});

test('more throughput is better', () => {
  assert.equal(one('servedOutputTokensPerSec', 0.1, 0.005), 'improvement');
  assert.equal(one('servedOutputTokensPerSec', -0.1, 0.005), 'regression');
});

test('in a family of many the same evidence may not do', () => {
  const weak = claim('e2elP50', 0.05, 0.015);
  assert.equal(judgeFamily([weak])[0], 'regression');
  const calm = Array.from({ length: 9 }, () => claim('ttftP50', 0, 0.1));
  assert.equal(judgeFamily([weak, ...calm])[0], 'inconclusive');
});

test('together: one regression decides, equivalence needs all', () => {
  assert.equal(combineVerdicts(['equivalent', 'improvement', 'regression']), 'regression');
  assert.equal(combineVerdicts(['inconclusive', 'improvement']), 'improvement');
  assert.equal(combineVerdicts(['equivalent', 'inconclusive']), 'inconclusive');
  assert.equal(combineVerdicts(['equivalent', 'small']), 'small');
  assert.equal(combineVerdicts(['equivalent', 'equivalent']), 'equivalent');
  assert.equal(combineVerdicts(['invalid', 'invalid']), 'invalid');
  assert.equal(combineVerdicts([]), 'invalid');
});
