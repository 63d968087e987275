import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutSecretMembers } from '../../../src/chat/redaction/secret-members.ts';

const hidden = (text: string): string => Buffer.from(withoutSecretMembers(Buffer.from(text))).toString();

test('texts of secret members are overwritten, whatever else is in the body stays', () => {
  assert.equal(hidden('{"api_key": "abc", "é": "ü"}'), '{"api_key": "***", "é": "ü"}');
  assert.equal(hidden('{"a":{"client_secret":"a\\"b"}}'), '{"a":{"client_secret":"****"}}');
  assert.equal(hidden('{"api\\u005fkey":"abc"}'), '{"api\\u005fkey":"***"}');
  assert.equal(
    hidden('data: {"password":"x"}\n\ndata: [DONE]\n\n'),
    'data: {"password":"*"}\n\ndata: [DONE]\n\n',
  );
  assert.equal(
    hidden('{"arguments":"{\\"api_key\\":\\"abc\\"}"}'),
    '{"arguments":"{\\"api_key\\":\\"***\\"}"}',
  );
  for (const name of [
    'openaiApiKey',
    'awsSecretAccessKey',
    'dbPassword',
    'apiToken',
    'csrf_token',
    'passcode',
  ])
    assert.equal(hidden(`{"${name}":"abc"}`), `{"${name}":"***"}`);
});

test('what only sounds like one stays', () => {
  for (const text of [
    '{"max_tokens":3,"token":"a","author":"b","signature":"c","key":"d","prompt_cache_key":"e"}',
    '{"content":"the api_key is \\"secret\\": keep it"}',
  ])
    assert.equal(hidden(text), text);
});

test('the time grows with the length', () => {
  const took = (text: string): number => {
    const from = performance.now();
    hidden(`"key"${text}`);
    return performance.now() - from;
  };
  for (const unit of ['"', '\\"', '"api_key":', '"api_key":"', '\\"a\\":\\"', '"a" : '])
    assert.ok(took(unit.repeat(100_000)) < 2_000, unit);
});
