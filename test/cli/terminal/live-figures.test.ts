import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLiveFigures } from '../../../src/cli/terminal/live-figures.ts';
import { quantile } from '../../../src/measure/distribution.ts';

const OK = {
  status: 200,
  outcome: 'ok',
  ttftUs: 40_000,
  e2elUs: 500_000,
  promptTokens: 3,
  completionTokens: 50,
  bytes: 9,
} as const;

test('rates are those of the last ten seconds, counts and latencies those of all time', () => {
  const figures = createLiveFigures(1e6);
  const timeout = { ...OK, outcome: 'timeout', e2elUs: 30e6, ttftUs: null } as const;
  figures.add([OK, OK, timeout, { ...OK, outcome: 'client_aborted', completionTokens: null }], 6e6);
  const stand = figures.stand(6e6);
  assert.deepEqual([stand.ended, stand.errors, stand.aborted, stand.completionTokens], [4, 1, 1, 150]);
  assert.deepEqual([stand.requestsPerSec, stand.tokensPerSec], [0.8, 30]);
  // What failed has no latency, what was left has shown its first token.
  assert.deepEqual([stand.e2elMs.count, stand.ttftMs.count], [2, 3]);
  assert.ok(Math.abs((quantile(stand.e2elMs, 0.5) ?? 0) / 500 - 1) < 0.001);
  const later = figures.stand(26e6);
  assert.deepEqual([later.ended, later.requestsPerSec, later.tokensPerSec], [4, 0, 0]);
});

test('before any time has passed there is no rate', () => {
  const figures = createLiveFigures(5e6);
  figures.add([OK], 5e6);
  assert.equal(figures.stand(5e6).requestsPerSec, 0);
});
