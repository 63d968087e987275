import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bodyText } from '../../src/chat/body-text.ts';

test('a body, a view on larger memory, and none', () => {
  const memory = new TextEncoder().encode('[héllo]');
  assert.equal(bodyText(memory), '[héllo]');
  assert.equal(bodyText(memory.subarray(1, -1)), 'héllo');
  assert.equal(bodyText(null), '');
  assert.equal(bodyText(Uint8Array.of(0xff)), '\u{fffd}');
});
