import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCredentialRedaction, isRedacted } from '../../../src/chat/redaction/credentials.ts';

const redaction = createCredentialRedaction({ hashKey: Buffer.from('key'), moreHeaders: ['X-Tenant'] });

const HIDDEN = [
  ...['Authorization', 'Proxy-Authorization', 'X-API-Key', 'api-key', 'Ocp-Apim-Subscription-Key', 'Cookie'],
  ...['Helicone-Auth', 'x-litellm-api-key', 'X-Session-ID', 'x-my-SECRET', 'X-Amz-Security-Token', 'apikey'],
  ...[
    'X-Token-Count-Key',
    'x-user-password',
    'X-Tenant',
    'HF',
    'X-Goog-IAP-JWT-Assertion',
    'x-amzn-oidc-data',
  ],
  ...['Cf-Access-Jwt-Assertion', 'CF-Access-Client-Id', 'X-SAML', 'sso'],
  ...['DPoP', 'X-CSRF', 'X-OTP', 'X-Bearer', 'X-Passcode'],
];
const SHOWN = [
  'Host',
  'X-Trace',
  'x-ratelimit-limit-tokens',
  'X-Max-Tokens',
  'Content-Type',
  'User-Agent',
  'Accept',
];

test('request headers whose name has a credential’s word in it lose their value, and nothing else does', () => {
  for (const name of HIDDEN) {
    const raw = ['Host', 'a', name, 'SECRET', 'X-Trace', 'SECRET-looking'];
    const redacted = redaction.requestHeaders(raw);
    assert.deepEqual(
      redacted.filter((_, i) => i !== 3),
      raw.filter((_, i) => i !== 3),
    );
    assert.ok(isRedacted(redacted[3] ?? ''), `${name}: ${redacted[3]}`);
  }
  const shown = SHOWN.flatMap((name) => [name, 'a']);
  assert.deepEqual(redaction.requestHeaders(shown), shown);
});

test('of an answer the cookies, a key that a gateway repeats, and what the user has named', () => {
  const raw = [
    'Set-Cookie',
    'a=1',
    'set-cookie',
    'b=2',
    'X-API-Key',
    'k',
    'x-tenant',
    't',
    'anthropic-ratelimit-tokens-remaining',
    '5',
  ];
  const redacted = redaction.answerHeaders(raw);
  assert.deepEqual(
    redacted.map((part, i) => (i % 2 === 1 ? isRedacted(part) : part)),
    [
      ...['Set-Cookie', true, 'set-cookie', true, 'X-API-Key', true, 'x-tenant', true],
      ...['anthropic-ratelimit-tokens-remaining', false],
    ],
  );
});

test('credentials in URLs, whatever the header', () => {
  const mark = '\\[redacted [0-9a-f]{12}\\]';
  for (const [value, expected] of [
    ['https://me:hush@h/a?b=c', `https://${mark}@h/a\\?b=c`],
    ['/login?next=%2F&access_token=S', `/login\\?next=%2F&access_token=${mark}`],
    ['<https://h/x?sig=S&max_tokens=5>; rel=next', `<https://h/x\\?sig=${mark}&max_tokens=5>; rel=next`],
    ['https://h/#id_token=S&state=x', `https://h/#id_token=${mark}&state=x`],
    // Encoded names, more than once; other separators; a URL in a parameter; parameters of a segment.
    ['/x?api%5fkey=S', `/x\\?api%5fkey=${mark}`],
    ['/x?%6Bey=S', `/x\\?%6Bey=${mark}`],
    ['/x?%256Bey=S', `/x\\?%256Bey=${mark}`],
    ['/x?api%255Fkey=S', `/x\\?api%255Fkey=${mark}`],
    ['/callback?code=S&state=x', `/callback\\?code=${mark}&state=x`],
    ['/x?a=1;key=S', `/x\\?a=1;key=${mark}`],
    ['/x?X-Amz-Signature=S&client_secret=T', `/x\\?X-Amz-Signature=${mark}&client_secret=${mark}`],
    ['/login?next=https%3A%2F%2Fh%2F%3Ftoken%3DS', `/login\\?next=${mark}`],
    ['/login?next=https%3A%2F%2Fme%3AS%40h', `/login\\?next=${mark}`],
    ['text/html;q=0.9, */*;q=0.1', 'text/html;q=0.9, \\*/\\*;q=0.1'],
  ] as const) {
    for (const headers of [redaction.requestHeaders, redaction.answerHeaders]) {
      assert.match(headers(['Location', value])[1] ?? '', new RegExp(`^${expected}$`));
    }
  }
});

test('a value that spells a credential header is not a name', () => {
  const raw = ['vary', 'authorization', 'x', 'y'];
  assert.deepEqual(redaction.requestHeaders(raw), raw);
});

test('equal credentials stay equal, others differ, and another key gives other marks', () => {
  const mark = (value: string, key = 'key'): string =>
    createCredentialRedaction({ hashKey: Buffer.from(key) }).requestHeaders(['authorization', value])[1] ??
    '';
  assert.equal(mark('Bearer a'), mark('Bearer a'));
  assert.notEqual(mark('Bearer a'), mark('Bearer b'));
  assert.notEqual(mark('Bearer a'), mark('Bearer a', 'other'));
  assert.match(mark('Bearer a'), /^\[redacted [0-9a-f]{12}\]$/);
});

test('more distinct credentials than are remembered still get their own marks', () => {
  const mark = (n: number): string => redaction.requestHeaders(['cookie', `c${n}`])[1] ?? '';
  const first = mark(0);
  const marks = new Set(Array.from({ length: 10_050 }, (_, n) => mark(n)));
  assert.equal(marks.size, 10_050);
  assert.equal(mark(0), first);
});

test('credential query parameters lose their value, the rest of the path stays byte for byte', () => {
  const path = redaction.path('/v1/x?a=%20b&api_key=SECRET&Key=S2&c');
  assert.match(path, /^\/v1\/x\?a=%20b&api_key=\[redacted [0-9a-f]+\]&Key=\[redacted [0-9a-f]+\]&c$/);
  assert.equal(redaction.path('/v1/key=1'), '/v1/key=1');
  assert.match(redaction.path('/a;key=S/b;v=1?c'), /^\/a;key=\[redacted \w+\]\/b;v=1\?c$/);
  assert.match(
    redaction.path('/x?api%5Fkey=S&%zz=1&max_tokens=9'),
    /^\/x\?api%5Fkey=\[redacted \w+\]&%zz=1&max_tokens=9$/,
  );
});

test('what looks like a mark is one only as a whole', () => {
  assert.equal(isRedacted('[redacted]'), true);
  assert.equal(isRedacted('[redacted 0123456789ab]'), true);
  assert.equal(isRedacted('Bearer [redacted]'), false);
});
