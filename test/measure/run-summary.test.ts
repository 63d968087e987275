import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type RunSummary, reportedSummary } from '../../src/measure/run-summary.ts';
import { sampleSummaries } from '../helpers/sample-runs.ts';

test('what is reported has no percentile that its sample does not carry, and everything else untouched', () => {
  const [summary] = sampleSummaries('x', { count: 1 }) as [RunSummary];
  assert.ok(summary.e2elMs.count >= 11 && summary.e2elMs.count < 64);
  assert.ok(summary.itlMs.count >= 130 && summary.itlMs.count < 662);
  const reported = reportedSummary(summary);
  const { p50, p90, p95, p99, ...rest } = reported.e2elMs;
  assert.deepEqual([p50, p90, p95, p99], [summary.e2elMs.p50, null, null, null]);
  assert.deepEqual(rest.max, summary.e2elMs.max);
  assert.deepEqual([reported.itlMs.p95, reported.itlMs.p99], [summary.itlMs.p95, null]);
  assert.deepEqual(
    [reported.ttftMs.p90, reported.ttftResponseMs.p90, reported.tpotMs.p90],
    [null, null, null],
  );
  assert.deepEqual(reported.completionLength, summary.completionLength);
  assert.notEqual(reported.completionLength.p99, null);
  assert.deepEqual({ ...reported, ...latencies(summary) }, summary);
});

function latencies(summary: RunSummary): Partial<RunSummary> {
  return Object.fromEntries(Object.entries(summary).filter(([name]) => name.endsWith('Ms')));
}
