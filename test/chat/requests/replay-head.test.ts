import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCoded, replayHeaders, replayPath } from '../../../src/chat/requests/replay-head.ts';

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
  assert.deepEqual(replayHeaders(raw, false), ['X-B', '1', 'x-b', '2']);
});

test('a body that has lost its content coding is sent without that header, any other with it', () => {
  const raw = ['Content-Encoding', 'gzip', 'x-b', '2'];
  assert.deepEqual([replayHeaders(raw, true), replayHeaders(raw, false)], [['x-b', '2'], raw]);
  assert.deepEqual(
    [isCoded(raw), isCoded(['content-encoding', 'identity']), isCoded([])],
    [true, false, false],
  );
});

test('a credential in the query is not on the tape, so nothing is sent in its place', () => {
  const path = '/v1/chat/completions';
  assert.equal(replayPath(path), path);
  assert.equal(replayPath(`${path}?a=1&b`), `${path}?a=1&b`);
  assert.equal(replayPath(`${path}?key=[redacted 0123456789ab]`), path);
  assert.equal(replayPath(`${path}?a=1&key=[redacted 0123456789ab]&b=2`), `${path}?a=1&b=2`);
});
