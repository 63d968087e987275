import assert from 'node:assert/strict';
import { test } from 'node:test';
import { replayHeaders, replayPath } from '../../src/chat/replay-head.ts';

test('headers of the hop, credentials and request ids stay behind, others keep order and case', () => {
  const raw = [
    'Host',
    'a',
    'X-B',
    '1',
    'Authorization',
    'Bearer k',
    'X-Request-Id',
    'r',
    'x-b',
    '2',
    'X-Key',
    '[redacted 0123456789ab]',
  ];
  assert.deepEqual(replayHeaders(raw), ['X-B', '1', 'x-b', '2']);
});

test('a credential in the query is not on the tape, so nothing is sent in its place', () => {
  const path = '/v1/chat/completions';
  assert.equal(replayPath(path), path);
  assert.equal(replayPath(`${path}?a=1&b`), `${path}?a=1&b`);
  assert.equal(replayPath(`${path}?key=[redacted 0123456789ab]`), path);
  assert.equal(replayPath(`${path}?a=1&key=[redacted 0123456789ab]&b=2`), `${path}?a=1&b=2`);
});
