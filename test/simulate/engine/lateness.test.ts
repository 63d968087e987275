import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLateness } from '../../../src/simulate/engine/lateness.ts';

test('quantiles are right within a bin, the maximum exactly', () => {
  const lateness = createLateness();
  assert.deepEqual(lateness.summary(), { count: 0, p50Ms: null, p99Ms: null, maxMs: null });
  for (let i = 1; i <= 1000; i++) lateness.add(i / 100);
  lateness.add(5000);
  const { count, p50Ms, p99Ms, maxMs } = lateness.summary();
  assert.deepEqual([count, maxMs], [1001, 5000]);
  assert.ok(Math.abs((p50Ms ?? 0) - 5.01) <= 0.03, `median ${p50Ms}`);
  assert.ok(Math.abs((p99Ms ?? 0) - 9.91) <= 0.03, `p99 ${p99Ms}`);
});
