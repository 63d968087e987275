import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { rewriteRequest } from '../../src/chat/rewrite-request.ts';

test('a body without fields to drop stays the very same bytes', () => {
  const body = Buffer.from('{ "model" : "m",\n "seed": 12345678901234567890 }');
  const request = rewriteRequest([], body);
  assert.equal(request.body, body);
  assert.deepEqual(request.changes, []);
});

test('request ids and KV transfer addresses go, numbers keep every digit', () => {
  const body =
    '{"model":"m","seed":12345678901234567890,"x":1.10,"request_id":"r","kv_transfer_params":{"a":1}}';
  const request = rewriteRequest([], Buffer.from(body));
  assert.equal(Buffer.from(request.body).toString(), '{"model":"m","seed":12345678901234567890,"x":1.10}');
  assert.deepEqual(request.changes, ['body: request_id removed', 'body: kv_transfer_params removed']);
});

test('a field name inside a text is not a field', () => {
  const body = Buffer.from(
    '{"messages":[{"content":"say \\"request_id\\" or {\\"request_id\\":1}"}],"a":"\\"request_id\\""}',
  );
  assert.equal(rewriteRequest([], body).body, body);
});

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
  assert.deepEqual(rewriteRequest(raw, Buffer.from('{}')).headers, ['X-B', '1', 'x-b', '2']);
});

test('whatever the body is, dropping never throws and never touches other fields', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (document) => {
      const request = rewriteRequest([], Buffer.from(JSON.stringify({ ...document, request_id: 'x' })));
      const { request_id: _id, kv_transfer_params: _kv, ec_transfer_params: _ec, ...rest } = document;
      assert.deepEqual(JSON.parse(Buffer.from(request.body).toString()), JSON.parse(JSON.stringify(rest)));
    }),
  );
  assert.doesNotThrow(() => rewriteRequest([], Buffer.from('{"request_id"')));
});
