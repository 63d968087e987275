import assert from 'node:assert/strict';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { guardRequest } from '../../src/record/guard-request.ts';

function guarded(method: string, headers: IncomingHttpHeaders, url = '/x') {
  const request = { method, headers: { ...headers }, url } as IncomingMessage;
  return { refusal: guardRequest(request), headers: request.headers, url: request.url };
}

test('a chunked DELETE or OPTIONS is refused: the library would smuggle its body', () => {
  for (const method of ['DELETE', 'OPTIONS']) {
    assert.equal(guarded(method, { 'transfer-encoding': 'chunked' }).refusal?.status, 411);
    assert.equal(guarded(method, { 'content-length': '3' }).refusal, null);
  }
  assert.equal(guarded('POST', { 'transfer-encoding': 'chunked' }).refusal, null);
});

test('what belongs to the connection is dropped, also what Connection names, but never the framing', () => {
  const { headers } = guarded('POST', {
    connection: 'Keep-Alive, X-Secret, Content-Length',
    'keep-alive': 'timeout=5',
    'x-secret': '1',
    te: 'trailers',
    upgrade: 'h2c',
    expect: '100-continue',
    'transfer-encoding': 'chunked',
    'content-length': '3',
    'x-kept': '1',
  });
  assert.deepEqual(headers, { 'transfer-encoding': 'chunked', 'content-length': '3', 'x-kept': '1' });
});

test('a proxy’s absolute form becomes a path, every other path stays byte for byte', () => {
  assert.equal(guarded('GET', {}, 'http://h:1/a/../b?c').url, '/a/../b?c');
  assert.equal(guarded('GET', {}, 'HTTP://h').url, '/');
  assert.equal(guarded('GET', {}, 'http://h?x').url, '/?x');
  assert.equal(guarded('GET', {}, '//a/%2e/b?').url, '//a/%2e/b?');
});
