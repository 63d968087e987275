import assert from 'node:assert/strict';
import { test } from 'node:test';
import { originForm, requestHead } from '../../src/record/request-head.ts';

const UPSTREAM = { host: 'gpu:8000', authorization: null };
const head = (raw: readonly string[], method = 'POST', upstream = UPSTREAM) =>
  requestHead(method, ['Content-Length', '2', ...raw], upstream);

test('names, order, case and repetitions stay; Host becomes the upstream’s', () => {
  const raw = ['X-Foo', '1', 'hOST', 'here', 'x-foo', '2', 'Accept', '*/*', 'X-FOO', '3'];
  assert.deepEqual(head(raw), [
    'hOST',
    'gpu:8000',
    ...['Content-Length', '2', 'X-Foo', '1', 'x-foo', '2', 'Accept', '*/*', 'X-FOO', '3'],
  ]);
  assert.deepEqual(head([]).slice(0, 2), ['Host', 'gpu:8000'], 'a client of HTTP/1.0 sends none');
});

test('what belongs to the connection is dropped, also what Connection names, but never the framing', () => {
  const raw = [
    ...['Connection', 'Keep-Alive, X-Secret, Content-Length', 'connection', 'x-other'],
    ...['Keep-Alive', 'timeout=5', 'X-Secret', '1', 'X-Other', '2', 'TE', 'trailers', 'Upgrade', 'h2c'],
    ...['Expect', '100-continue', 'Trailer', 'X-Sum', 'Proxy-Connection', 'close', 'X-Kept', '1'],
  ];
  assert.deepEqual(head(raw).slice(2), ['Content-Length', '2', 'X-Kept', '1']);
});

test('credentials of the upstream are sent where the client sends none', () => {
  const upstream = { host: 'h', authorization: 'Basic eA==' };
  assert.deepEqual(requestHead('GET', [], upstream), ['Host', 'h', 'Authorization', 'Basic eA==']);
  assert.deepEqual(requestHead('GET', ['AUTHORIZATION', 'Bearer k'], upstream), [
    'Host',
    'h',
    'AUTHORIZATION',
    'Bearer k',
  ]);
});

test('a body that is not there is announced as such where the method has one', () => {
  const withoutBody = (method: string) => requestHead(method, [], UPSTREAM).slice(2);
  assert.deepEqual(withoutBody('POST'), ['Content-Length', '0']);
  assert.deepEqual(withoutBody('GET'), []);
  assert.deepEqual(requestHead('POST', ['Transfer-Encoding', 'chunked'], UPSTREAM).slice(2), [
    'Transfer-Encoding',
    'chunked',
  ]);
});

test('a proxy’s absolute form becomes a path, every other path stays byte for byte', () => {
  assert.equal(originForm('http://h:1/a/../b?c'), '/a/../b?c');
  assert.equal(originForm('HTTP://h'), '/');
  assert.equal(originForm('http://h?x'), '/?x');
  assert.equal(originForm('//a/%2e/b?'), '//a/%2e/b?');
});
