import assert from 'node:assert/strict';
import { test } from 'node:test';
import { abortPoint, whyBodyNotReplayable, whyNotReplayable } from '../../../src/replay/plan/replayable.ts';
import { sampleExchange } from '../../helpers/sample-exchange.ts';

test('what succeeded, what was aborted, what the server broke or put off can be sent again', () => {
  for (const overrides of [
    {},
    { outcome: 'client_aborted', status: null },
    { outcome: 'http_error', status: 503 },
    { outcome: 'http_error', status: 429 },
    { outcome: 'unfinished', status: null, requestEndUs: null },
  ] as const) {
    assert.equal(whyNotReplayable(sampleExchange(overrides), 'replay'), null, JSON.stringify(overrides));
  }
});

test('every reason of the exchange itself has a case', () => {
  const cases = [
    [{ method: 'GET' }, 'unknownApi'],
    [{ path: '/v1/models' }, 'unknownApi'],
    [{ requestBodyId: null }, 'bodyNotRecorded'],
    [{ requestTruncated: true }, 'bodyTruncated'],
    [{ outcome: 'client_aborted', requestEndUs: null }, 'requestIncomplete'],
    [{ outcome: 'http_error', status: 400 }, 'refusedWhenRecorded'],
    [{ outcome: 'http_error', status: 307 }, 'refusedWhenRecorded'],
  ] as const;
  for (const [overrides, why] of cases) {
    assert.equal(whyNotReplayable(sampleExchange(overrides), 'complete'), why);
  }
});

test('aborted requests are only left out where that is wanted', () => {
  const aborted = sampleExchange({ outcome: 'client_aborted' });
  assert.equal(whyNotReplayable(aborted, 'ignore'), 'abortedByClient');
  assert.equal(whyNotReplayable(aborted, 'complete'), null);
});

test('a request that refers to an answer of the recorded server cannot go elsewhere', () => {
  const why = 'continuesStoredResponse';
  assert.equal(whyBodyNotReplayable({ input: 'a', previous_response_id: 'resp_1' }), why);
  assert.equal(whyBodyNotReplayable({ input: 'a', previous_response_id: null }), null);
});

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

test('a client that stayed is not aborted, however the request ended', () => {
  for (const outcome of ['ok', 'upstream_aborted', 'timeout', 'http_error', 'unfinished'] as const) {
    assert.equal(abortPoint(sampleExchange({ outcome }), true), null, outcome);
  }
});
