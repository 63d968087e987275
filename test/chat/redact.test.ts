import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CREDENTIAL_HEADERS, createCredentialRedaction, isRedacted } from '../../src/chat/redact.ts';

const redaction = createCredentialRedaction({ hashKey: Buffer.from('key'), moreHeaders: ['X-Tenant'] });

test('every credential header loses its value whatever its case, and nothing else does', () => {
  for (const name of [...CREDENTIAL_HEADERS, 'x-tenant']) {
    const raw = ['Host', 'a', name.toUpperCase(), 'SECRET', 'X-Trace', 'SECRET-looking'];
    const redacted = redaction.headers(raw);
    assert.deepEqual(
      redacted.filter((_, i) => i !== 3),
      raw.filter((_, i) => i !== 3),
    );
    assert.ok(isRedacted(redacted[3] ?? ''), redacted[3]);
    assert.equal(redacted[3]?.includes('SECRET'), false);
  }
});

test('a value that spells a credential header is no name', () => {
  const raw = ['vary', 'authorization', 'x', 'y'];
  assert.deepEqual(redaction.headers(raw), raw);
});

test('equal credentials stay equal, others differ, and another key gives other marks', () => {
  const mark = (value: string, key = 'key'): string =>
    createCredentialRedaction({ hashKey: Buffer.from(key) }).headers(['authorization', value])[1] ?? '';
  assert.equal(mark('Bearer a'), mark('Bearer a'));
  assert.notEqual(mark('Bearer a'), mark('Bearer b'));
  assert.notEqual(mark('Bearer a'), mark('Bearer a', 'other'));
  assert.match(mark('Bearer a'), /^\[redacted [0-9a-f]{12}\]$/);
});

test('more distinct credentials than are remembered still get their own marks', () => {
  const mark = (n: number): string => redaction.headers(['cookie', `c${n}`])[1] ?? '';
  const first = mark(0);
  const marks = new Set(Array.from({ length: 10_050 }, (_, n) => mark(n)));
  assert.equal(marks.size, 10_050);
  assert.equal(mark(0), first);
});

test('credential query parameters lose their value, the rest of the path stays byte for byte', () => {
  const path = redaction.path('/v1/x?a=%20b&api_key=SECRET&Key=S2&c');
  assert.match(path, /^\/v1\/x\?a=%20b&api_key=\[redacted [0-9a-f]+\]&Key=\[redacted [0-9a-f]+\]&c$/);
  assert.equal(redaction.path('/v1/key=1'), '/v1/key=1');
});

test('what looks like a mark is one only as a whole', () => {
  assert.equal(isRedacted('[redacted]'), true);
  assert.equal(isRedacted('[redacted 0123456789ab]'), true);
  assert.equal(isRedacted('Bearer [redacted]'), false);
});
