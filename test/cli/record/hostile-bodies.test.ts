import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCredentialRedaction } from '../../../src/chat/redaction/credentials.ts';
import { createExchangeReading } from '../../../src/cli/record/exchange-reading.ts';
import { KEEP_ALL } from '../../../src/cli/record/keep-policy.ts';

/** The request's body as it would be kept; null when it is not. */
function kept(patterns: readonly string[], text: string): string | null {
  const body = Buffer.from(text);
  const { kept: exchange } = createExchangeReading({ ...KEEP_ALL, patterns }).read(
    { number: 1, arrivedUs: 0, method: 'POST', path: '/v1/chat/completions', headers: [] },
    {
      number: 1,
      requestEndUs: 1,
      requestBody: body,
      requestTruncated: false,
      requestBytes: body.length,
      sentTwice: false,
      answer: {
        status: 200,
        headers: [],
        headersUs: 1,
        finishedUs: 2,
        transport: 'complete',
        error: null,
        body: null,
        readUs: new Float64Array(0),
        readBytes: new Float64Array(0),
        bodyBytes: 0,
        truncated: false,
      } as never,
    },
  );
  const bytes = exchange?.requestBody ?? null;
  return bytes === null ? null : Buffer.from(bytes).toString();
}

const chat = (content: string): string =>
  JSON.stringify({ model: 'm', messages: [{ role: 'user', content }] });

test('built-in patterns are linear: hostile text is kept in time, and keys in it are found', () => {
  const JWT = 'eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.SflKxwRJSMeKKF2Q';
  for (const unit of ['eyJ', 'eyJaaaaaaaa.', 'a@', '1 ', 'sk-', '-----BEGIN A '])
    assert.notEqual(kept(['keys', 'email', 'cards'], chat(unit.repeat(30_000))), null, unit);
  assert.equal(kept(['keys'], chat(`${'eyJ'.repeat(10)} ${JWT}`))?.includes(JWT), false);
  assert.equal(
    kept(['keys'], chat(`eyJ${'a'.repeat(20)}sk-${'b'.repeat(30)}`))?.includes('b'.repeat(30)),
    false,
  );
});

test('a pattern that takes for ever, and a body of very many members, cost the body and nothing else', () => {
  assert.equal(kept(['(a+)+b'], chat('a'.repeat(60))), null);
  const members = Array.from({ length: 300_000 }, (_, i) => `"k${i}":1`).join(',');
  assert.equal(kept(['keys'], `{"model":"m",${members}}`), null);
  assert.notEqual(kept([], `{"model":"m",${members}}`), null);
});

test('secret members are hidden without any option', () => {
  assert.equal(kept([], '{"model":"m","api_key":"abc"}'), '{"model":"m","api_key":"***"}');
});

test('secrets in headers and URLs go by their names, decoded', () => {
  const { path, requestHeaders, answerHeaders } = createCredentialRedaction({ hashKey: Buffer.from('x') });
  const urls = [
    '/v1;key=S3/x',
    '/x?%61pi%5fkey=S3',
    '/x?client_secret=S3',
    '/x?X-Amz-Signature=S3',
    '/x?a=1;key=S3',
  ];
  for (const url of [
    ...urls,
    '/x?next=https%3A%2F%2Fh%2F%3Ftoken%3DS3',
    '/x?next=https%3A%2F%2FS3%3Ap%40h%2F',
  ]) {
    assert.doesNotMatch(path(url), /S3/, url);
    for (const name of ['Referer', 'X-Forwarded-Uri', 'X-Original-URL'])
      assert.doesNotMatch(`${requestHeaders([name, `http://h${url}`])}`, /S3/, url);
  }
  const names = [
    'X-HF-Id',
    'Cf-Access-Client-Id',
    'Cf-Access-Jwt-Assertion',
    'X-Goog-Iap-Jwt-Assertion',
    'X-Amzn-Oidc-Data',
  ];
  for (const name of names) assert.doesNotMatch(`${requestHeaders([name, 'S3'])}`, /S3/, name);
  assert.doesNotMatch(`${answerHeaders(['Location', '?key=S3', 'Location', '#access_token=S3'])}`, /S3/);
  assert.equal(path('/v1;key=S3/chat?a=b').endsWith('/chat?a=b'), true);
});
