import assert from 'node:assert/strict';
import { test } from 'node:test';
import { headerValue, isEventStream } from '../../src/chat/headers.ts';

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
