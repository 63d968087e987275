import assert from 'node:assert/strict';
import { test } from 'node:test';
import { headerValue, isEventStream, pairs, withoutHeaders } from '../../src/chat/headers.ts';

test('headerValue finds the first value whatever the case of the name', () => {
  const raw = ['X-A', '1', 'content-TYPE', 'text/plain', 'x-a', '2'];
  assert.equal(headerValue(raw, 'x-a'), '1');
  assert.equal(headerValue(raw, 'content-type'), 'text/plain');
  assert.equal(headerValue(raw, 'text/plain'), null, 'a value is not a name');
});

test('isEventStream accepts parameters and case', () => {
  assert.equal(isEventStream(['Content-Type', 'Text/Event-Stream; charset=utf-8']), true);
  assert.equal(isEventStream(['content-type', 'application/json']), false);
  assert.equal(isEventStream([]), false);
});

test('pairs and withoutHeaders keep order, case and repetitions; a name without a value is none', () => {
  const raw = ['X-A', '1', 'x-b', '2', 'X-a', '3', 'odd'];
  assert.deepEqual(pairs(raw), [
    ['X-A', '1'],
    ['x-b', '2'],
    ['X-a', '3'],
  ]);
  assert.deepEqual(withoutHeaders(raw, new Set(['x-b'])), ['X-A', '1', 'X-a', '3']);
  assert.deepEqual(withoutHeaders(raw, new Set(['x-a'])), ['x-b', '2']);
});
