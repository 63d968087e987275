import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRecordProgress } from '../../../src/cli/record/record-progress.ts';

const OK = {
  status: 200,
  outcome: 'ok',
  ttftUs: 40_000,
  e2elUs: 500_000,
  promptTokens: 3,
  completionTokens: 50,
  bytes: 9,
} as const;

test('since when, what passed, what was kept and lost; the same as fields for a log', () => {
  const clock = { us: 1e6 };
  const progress = createRecordProgress(() => clock.us);
  const stats = { inFlight: 2, requests: 1_234, recorded: 40, resent: 0, forwardSeconds: 0 };
  clock.us += 5e6;
  const many = Array.from({ length: 20 }, () => OK);
  progress.add([...many, { ...OK, outcome: 'timeout' }, { ...OK, outcome: 'client_aborted', ttftUs: null }]);
  const { line, block, fields } = progress.status(stats, { queue_full: 1, write_failed: 2 });
  assert.equal(
    line,
    '5.00 s, 1,234 requests, 40 recorded, 2 in flight, 4.40 req/s, 220.00 tok/s, TTFT p50 40.0 ms p99 –, E2EL p50 500 ms p99 –, 1 error, 1 aborted, 3 dropped',
  );
  assert.equal(block.length, 4);
  const { ttftP50Ms, e2elP50Ms, ...counts } = fields as Record<string, number>;
  assert.ok(Math.abs((ttftP50Ms ?? 0) / 40 - 1) < 0.001 && Math.abs((e2elP50Ms ?? 0) / 500 - 1) < 0.001);
  assert.deepEqual(counts, {
    requests: 1_234,
    recorded: 40,
    resent: 0,
    inFlight: 2,
    errors: 1,
    aborted: 1,
    completionTokens: 1_100,
    requestsPerSec: 4.4,
    tokensPerSec: 220,
    ttftP99Ms: null,
    e2elP99Ms: null,
    dropped: 3,
  });
});
