import assert from 'node:assert/strict';
import { test } from 'node:test';
import { METRICS } from '../../src/compare/metrics.ts';
import type { RunSummary } from '../../src/measure/run-summary.ts';
import { sampleSummaries } from '../helpers/sample-runs.ts';

test('every metric has a key of its own and a value on a streamed run', () => {
  const [summary] = sampleSummaries('x') as [RunSummary];
  assert.equal(new Set(METRICS.map(({ key }) => key)).size, METRICS.length);
  for (const metric of METRICS) assert.ok((metric.of(summary) ?? 0) > 0, metric.key);
});

test('medians and output tokens gate', () => {
  assert.deepEqual(
    METRICS.filter(({ gating }) => gating).map(({ key }) => key),
    ['e2elP50', 'ttftP50', 'tpotP50', 'servedOutputTokensPerSec'],
  );
});
