import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseHead } from '../../../src/replay/engine/response-head.ts';

test('a head gives its status, its headers as sent and how the body ends', () => {
  assert.deepEqual(
    parseHead('HTTP/1.1 200 OK\r\ndate: now\r\nTransfer-Encoding: gzip\r\ntransfer-encoding: chunked'),
    {
      status: 200,
      headers: ['date', 'now', 'Transfer-Encoding', 'gzip', 'transfer-encoding', 'chunked'],
      framing: { kind: 'chunked', reusable: true },
    },
  );
  assert.deepEqual(parseHead('HTTP/1.1 200\r\ncontent-length: 12')?.framing, {
    kind: 'length',
    length: 12,
    reusable: true,
  });
  assert.deepEqual(parseHead('HTTP/1.1 200 OK\r\ntransfer-encoding: gzip')?.framing.kind, 'until-close');
  assert.deepEqual(parseHead('HTTP/1.1 304 Not Modified\r\ncontent-length: 5')?.framing.kind, 'none');
});

test('informational heads are none, broken ones are refused', () => {
  assert.equal(parseHead('HTTP/1.1 100 Continue'), null);
  assert.throws(() => parseHead('HTTP/1.1 20 OK'), /not HTTP/);
  assert.throws(() => parseHead('HTTP/1.1 200 OK\r\n folded: x'), /header/);
});
