import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRecordProgress } from '../../src/cli/record-progress.ts';

const OK = {
  status: 200,
  outcome: 'ok',
  ttftUs: 40_000,
  e2elUs: 500_000,
  promptTokens: 3,
  completionTokens: 50,
  bytes: 9,
} as const;

test('rates are those of the last ten seconds, counts those of all time', () => {
  const clock = { us: 1e6 };
  const progress = createRecordProgress(() => clock.us);
  const stats = { inFlight: 2, requests: 1_234, recorded: 40, forwardSeconds: 0 };
  clock.us += 5e6;
  progress.add([OK, OK, { ...OK, outcome: 'timeout' }, { ...OK, outcome: 'client_aborted', ttftUs: null }]);
  const now = progress.status(stats, { queue_full: 1, write_failed: 2 });
  assert.equal(
    now.line,
    '1,234 requests, 40 recorded, 2 in flight, 0.80 req/s, 40.00 tok/s, TTFT p50 40.0 ms, p99 40.0 ms, 1 errors, 3 dropped',
  );
  assert.deepEqual([now.fields.aborted, now.fields.completionTokens], [1, 200]);
  clock.us += 20e6;
  const later = progress.status(stats, {});
  assert.deepEqual([later.fields.requestsPerSec, later.fields.errors, later.fields.dropped], [0, 1, 0]);
});
