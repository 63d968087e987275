import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SKIP_REASONS, whyNotReplayable } from '../../../src/replay/plan/replayable.ts';
import { sampleExchange } from '../../helpers/sample-exchange.ts';

test('what succeeded, what was aborted and what the server broke can be sent again', () => {
  assert.equal(whyNotReplayable(sampleExchange()), null);
  assert.equal(whyNotReplayable(sampleExchange({ outcome: 'client_aborted', status: null })), null);
  assert.equal(whyNotReplayable(sampleExchange({ outcome: 'http_error', status: 503 })), null);
});

test('every reason to skip has a case', () => {
  const reasons = [
    { method: 'GET' },
    { path: '/v1/models' },
    { requestBodyId: null },
    { requestTruncated: true },
    { outcome: 'http_error', status: 400 } as const,
  ].map((overrides) => whyNotReplayable(sampleExchange(overrides)));
  assert.deepEqual([...new Set(reasons)], SKIP_REASONS);
});
