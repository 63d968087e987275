import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CREDENTIAL_HEADERS, REDACTED, redactHeaders, redactPath } from '../../src/chat/redact.ts';

test('every credential header loses its value whatever its case, and nothing else does', () => {
  for (const name of CREDENTIAL_HEADERS) {
    const raw = ['Host', 'a', name.toUpperCase(), 'SECRET', 'X-Trace', 'SECRET-looking'];
    assert.deepEqual(redactHeaders(raw), [
      'Host',
      'a',
      name.toUpperCase(),
      REDACTED,
      'X-Trace',
      'SECRET-looking',
    ]);
  }
});

test('a value that spells a credential header is no name', () => {
  assert.deepEqual(redactHeaders(['vary', 'authorization', 'x', 'y']), ['vary', 'authorization', 'x', 'y']);
});

test('credential query parameters lose their value, the rest of the path stays byte for byte', () => {
  assert.equal(
    redactPath('/v1/x?a=%20b&api_key=SECRET&Key=S2&c'),
    `/v1/x?a=%20b&api_key=${REDACTED}&Key=${REDACTED}&c`,
  );
  assert.equal(redactPath('/v1/key=1'), '/v1/key=1');
});
