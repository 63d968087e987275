import assert from 'node:assert/strict';
import { test } from 'node:test';
import { abortPoint } from '../../../src/replay/plan/abort-point.ts';
import { sampleExchange } from '../../helpers/sample-exchange.ts';

const ABORTED = { outcome: 'client_aborted', arrivedUs: 1_000, finishedUs: 8_000 } as const;

test('a stream is cut at the same token', () => {
  const exchange = sampleExchange({ ...ABORTED, completionTokens: 3, tokenSource: 'chunks' });
  assert.deepEqual(abortPoint(exchange, true), { afterTokens: 3 });
});

test('without a token, or without a stream, the same time counts', () => {
  const after = { afterUs: 7_000 };
  assert.deepEqual(abortPoint(sampleExchange({ ...ABORTED, completionTokens: 0 }), true), after);
  assert.deepEqual(abortPoint(sampleExchange({ ...ABORTED, completionTokens: null }), true), after);
  assert.deepEqual(abortPoint(sampleExchange({ ...ABORTED, completionTokens: 3 }), false), after);
  assert.deepEqual(abortPoint(sampleExchange({ ...ABORTED, streamed: false }), true), after);
});

test('whoever stayed is not cut, however it ended', () => {
  for (const outcome of ['ok', 'upstream_aborted', 'timeout', 'http_error', 'unfinished'] as const) {
    assert.equal(abortPoint(sampleExchange({ outcome }), true), null, outcome);
  }
});
