import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRequestWriter, emptyRequest } from '../../../src/replay/engine/request-bytes.ts';
import type { ReplayableRequest } from '../../../src/replay/plan/replayable.ts';

const BODY = '{"model":"m","cache_salt":""}';
const REQUEST: ReplayableRequest = {
  exchangeId: 1,
  path: '/v1/chat/completions',
  headers: ['Content-Type', 'application/json', 'X-Twice', '1', 'X-Twice', '2'],
  body: Buffer.from(BODY),
  saltAt: BODY.length - 2,
  abort: null,
};

test('recorded headers in order, extra ones in place of recorded ones, then the length', () => {
  const { head, body } = createRequestWriter(
    new URL('http://h:1'),
    ['x-twice', '3', 'authorization', 'Bearer k'],
    null,
  ).write(REQUEST, 0);
  assert.equal(
    head,
    'POST /v1/chat/completions HTTP/1.1\r\nhost: h:1\r\nContent-Type: application/json\r\nx-twice: 3\r\n' +
      `authorization: Bearer k\r\ncontent-length: ${BODY.length}\r\n\r\n`,
  );
  assert.equal(body, REQUEST.body, 'without a salt the recorded bytes themselves');
});

test('each pass over the tape has its own salt, all of one length', () => {
  const writer = createRequestWriter(new URL('http://h'), [], 'run-7');
  const texts = [0, 1, 999_999].map((pass) => writer.write(REQUEST, pass));
  assert.deepEqual(
    texts.map(({ body }) => JSON.parse(Buffer.from(body ?? []).toString()).cache_salt),
    ['run-7-000000', 'run-7-000001', 'run-7-999999'],
  );
  for (const { head, body } of texts) assert.match(head, new RegExp(`content-length: ${body?.length}\r\n`));
});

test('a request without a place for a salt goes as it is', () => {
  const plain = { ...REQUEST, saltAt: null };
  assert.equal(createRequestWriter(new URL('http://h'), [], 'run-7').write(plain, 3).body, plain.body);
});

test('a request to open a connection with', () => {
  assert.deepEqual(emptyRequest('GET', 'h', '/v1/models', ['a', 'b']), {
    head: 'GET /v1/models HTTP/1.1\r\nhost: h\r\na: b\r\n\r\n',
    body: null,
  });
});

test('the path of the address is put before recorded paths', () => {
  for (const address of ['http://h/openai', 'http://h/openai/']) {
    const { head } = createRequestWriter(new URL(address), [], null).write(REQUEST, 0);
    assert.match(head, /^POST \/openai\/v1\/chat\/completions HTTP/);
  }
});

test('a trace context replaces the recorded one; its ids are the run and the position in the plan', () => {
  const recorded = ['Traceparent', '00-1-2-00', 'tracestate', 'a=b', 'x', '1'];
  const writer = createRequestWriter(new URL('http://h'), [], null, '0123456789abcdef');
  const [first, second] = [0, 255].map((seq) => writer.write({ ...REQUEST, headers: recorded }, 0, seq).head);
  assert.ok(
    first?.endsWith(
      `x: 1\r\ncontent-length: ${BODY.length}\r\ntraceparent: 00-0123456789abcdef0000000000000000-0000000000000001-01\r\n\r\n`,
    ),
    first,
  );
  assert.match(second ?? '', /traceparent: 00-0123456789abcdef00000000000000ff-0000000000000100-01\r\n\r\n$/);
  assert.doesNotMatch(first ?? '', /00-1-2-00|tracestate/i);
});
