import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PAIR_METRICS, PRIMARY_KEYS, RUN_METRICS, valueOfRun } from '../../src/compare/compared-metrics.ts';
import type { RunSummary } from '../../src/measure/run-summary.ts';
import { sampleSummaries } from '../helpers/sample-runs.ts';

test('keys are unique, and every figure has a value on a streamed run', () => {
  const [summary] = sampleSummaries('x') as [RunSummary];
  for (const metrics of [RUN_METRICS, PAIR_METRICS]) {
    assert.equal(new Set(metrics.map(({ key }) => key)).size, metrics.length);
  }
  for (const metric of RUN_METRICS) {
    const value = valueOfRun(summary, metric);
    // A percentile of too few requests is compared as little as it is shown.
    assert.equal((value ?? 0) > 0, metric.statistic !== 'p99', metric.key);
    if (metric.statistic !== 'p99') continue;
    const stats = { ...summary[metric.metric as 'e2elMs'], count: 662 };
    assert.ok((valueOfRun({ ...summary, [metric.metric]: stats }, metric) ?? 0) > 0, metric.key);
  }
});

test('medians and output tokens decide between runs, the typical and the slowest requests between pairs', () => {
  const gating = (metrics: readonly { readonly key: string; readonly gating: boolean }[]) =>
    metrics.filter((metric) => metric.gating).map(({ key }) => key);
  assert.deepEqual(gating(RUN_METRICS), ['e2elP50', 'ttftP50', 'tpotP50', 'servedOutputTokensPerSec']);
  assert.deepEqual(gating(PAIR_METRICS), ['ttft', 'tpot', 'longestStall', 'servedOutputTokensPerSec']);
});

test('metrics that can be primary; the first that can be judged replaces another', () => {
  assert.deepEqual(PRIMARY_KEYS, ['e2el', 'tpot', 'ttft', 'longestStall', 'servedOutputTokensPerSec']);
});
