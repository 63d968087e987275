import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bodyText, exactText, isStream } from '../../src/chat/body.ts';

const utf16be = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();

test('a body, a view on larger memory, and none', () => {
  const memory = new TextEncoder().encode('[héllo]');
  assert.equal(bodyText(memory), '[héllo]');
  assert.equal(bodyText(memory.subarray(1, -1)), 'héllo');
  assert.equal(bodyText(null), '');
  assert.equal(bodyText(Uint8Array.of(0xff)), '\u{fffd}');
});

test('JSON is read in every encoding that servers take, with and without a byte order mark', () => {
  const text = '{"a":"天"}';
  for (const body of [
    Buffer.from(text),
    Buffer.from(`\uFEFF${text}`),
    Buffer.from(text, 'utf16le'),
    Buffer.from(`\uFEFF${text}`, 'utf16le'),
    utf16be(text),
    utf16be(`\uFEFF${text}`),
  ]) {
    assert.equal(bodyText(body), text, body.toString('hex'));
    assert.equal(exactText(body), text, body.toString('hex'));
  }
  for (const body of ['', 'a', '12']) assert.equal(exactText(Buffer.from(body)), body);
});

test('bytes that are no text are known', () => {
  for (const body of [
    [0xff],
    [0x61, 0xc3],
    [0x61, 0x62, 0],
    [0x1f, 0x8b, 8, 0],
    [0x7b, 0, 0, 0, 0x7d, 0, 0, 0],
  ]) {
    assert.equal(exactText(Uint8Array.from(body)), null, String(body));
  }
});

const STREAM = ['content-type', 'text/event-stream'];
const JSON_TYPE = ['content-type', 'application/json'];

test('a body that begins with an event is a stream, whatever its content type', () => {
  for (const first of ['data: {}', 'data:{}', 'event: x', ': ping', ':', 'id: 1', 'retry: 5', 'error: {}']) {
    for (const before of ['', '\uFEFF', '\n', '\r\n\r\n', '\uFEFF \n', ' '.repeat(5_000)]) {
      for (const headers of [STREAM, JSON_TYPE, []]) {
        assert.equal(isStream(headers, Buffer.from(before + first)), true, JSON.stringify(before + first));
      }
    }
  }
});

test('a body that begins like JSON is not JSON', () => {
  for (const text of ['{"a":1}', '\uFEFF{}', '\n {', '[{"error":{}}]', `${'\n'.repeat(5_000)}{}`]) {
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
