import assert from 'node:assert/strict';
import { test } from 'node:test';
import { basicCredentials, headerValue, pairs, withoutHeaders } from '../../src/chat/headers.ts';

test('headerValue finds the first value whatever the case of the name', () => {
  const raw = ['X-A', '1', 'content-TYPE', 'text/plain', 'x-a', '2'];
  assert.equal(headerValue(raw, 'x-a'), '1');
  assert.equal(headerValue(raw, 'content-type'), 'text/plain');
  assert.equal(headerValue(raw, 'text/plain'), null, 'a value is not a name');
});

test('pairs and withoutHeaders keep order, case and repetitions; a name without a value is dropped', () => {
  const raw = ['X-A', '1', 'x-b', '2', 'X-a', '3', 'odd'];
  assert.deepEqual(pairs(raw), [
    ['X-A', '1'],
    ['x-b', '2'],
    ['X-a', '3'],
  ]);
  assert.deepEqual(withoutHeaders(raw, new Set(['x-b'])), ['X-A', '1', 'X-a', '3']);
  assert.deepEqual(withoutHeaders(raw, new Set(['x-a'])), ['x-b', '2']);
});

test("a URL's user and password become Basic credentials, with a percent sign that begins no escape too", () => {
  const credentialsOf = (url: string) =>
    Buffer.from(basicCredentials(new URL(url))?.replace('Basic ', '') ?? '', 'base64').toString();
  assert.equal(credentialsOf('http://me:a%40b%E5%A4%A9@h'), 'me:a@b天');
  assert.equal(credentialsOf('http://me:50%@h'), 'me:50%');
  assert.equal(credentialsOf('http://me:%ff@h'), 'me:%ff');
  assert.equal(basicCredentials(new URL('http://h')), null);
});
