import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findSecrets, overwrite, PRESETS } from '../../../src/chat/redaction/redact-patterns.ts';

function redacted(text: string, names = ['email', 'keys', 'cards']): string {
  const patterns = PRESETS.filter(({ name }) => names.includes(name));
  return overwrite(text, findSecrets(text, patterns));
}

/** What the stars stand for. */
function taken(text: string): string[] {
  const after = redacted(text);
  return [...after.matchAll(/\*+/g)].map(({ 0: stars, index }) => text.slice(index, index + stars.length));
}

test('mail addresses, also of names outside ASCII', () => {
  assert.deepEqual(taken('write to a.b+c@example.co.uk, or jürgen@münchen.de.'), [
    'a.b+c@example.co.uk',
    'jürgen@münchen.de',
  ]);
  assert.deepEqual(taken('no@ mail @here and a@b'), []);
});

test('keys of the usual services, tokens and private keys', () => {
  for (const key of [
    'sk-proj-abcdefghijklmnop1234',
    'ghp_abcdefghijklmnopqrstuvwxyz0123456789',
    'hf_abcdefghijklmnopqrstuvwx',
    'AKIAIOSFODNN7EXAMPLE',
    'xoxb-123456789012-abcdef',
    'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abcdefghijk',
    '-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----',
  ]) {
    assert.deepEqual(taken(`my key is ${key} ok`), [key]);
  }
  assert.deepEqual(taken('a task-oriented ask-me-anything'), []);
});

test('card numbers are those whose check digit is right', () => {
  assert.deepEqual(taken('pay with 4111 1111 1111 1111 or 5555-5555-5555-4444'), [
    '4111 1111 1111 1111',
    '5555-5555-5555-4444',
  ]);
  assert.deepEqual(taken('4111 1111 1111 1112, 12345678901234567890123'), []);
});

test('the length stays, also in characters of two code units', () => {
  const text = '😀 a@b.cd 😀';
  assert.equal(redacted(text), '😀 ****** 😀');
  assert.equal(redacted(text).length, text.length);
});
