import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isStream } from '../../src/chat/body-kind.ts';

const STREAM = ['content-type', 'text/event-stream'];
const JSON_TYPE = ['content-type', 'application/json'];

test('a body that begins with an event is a stream, whatever its content type', () => {
  for (const first of ['data: {}', 'data:{}', 'event: x', ': ping', ':', 'id: 1', 'retry: 5', 'error: {}']) {
    for (const before of ['', '\uFEFF', '\n', '\r\n\r\n', '\uFEFF \n']) {
      for (const headers of [STREAM, JSON_TYPE, []]) {
        assert.equal(isStream(headers, Buffer.from(before + first)), true, JSON.stringify(before + first));
      }
    }
  }
});

test('a body that begins as JSON is none', () => {
  for (const text of ['{"a":1}', '\uFEFF{}', '\n {', '[{"error":{}}]']) {
    for (const headers of [STREAM, JSON_TYPE, []])
      assert.equal(isStream(headers, Buffer.from(text)), false, text);
  }
});

test('of all others the content type decides', () => {
  for (const text of ['', '<html>', 'data', 'database: x', 'no such thing']) {
    assert.equal(isStream(STREAM, Buffer.from(text)), true, text);
    assert.equal(isStream(JSON_TYPE, Buffer.from(text)), false, text);
  }
});
