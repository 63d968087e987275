import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusalV032 } from '../../../src/simulate/dialects/words-v0.32.ts';
import type { Problem } from '../../../src/simulate/requests/problem.ts';
import { read } from '../../helpers/simulated-answer.ts';

/** The error of a refused body. */
function refusal(body: object | string) {
  const problems = read(body);
  assert.ok(!('api' in problems));
  return JSON.parse(refusalV032(problems).body).error;
}

test('all that pydantic finds is one message of several lines, the first being the parameter', () => {
  const { message, type, param, code } = refusal({ max_tokens: 'x', stream: 'maybe' });
  assert.deepEqual([type, param, code], ['Bad Request', 'body.max_tokens', 400]);
  assert.match(
    message,
    /^2 validation errors:\n {2}\{'type': 'int_parsing', 'loc': 'body\.max_tokens', .*\}\n {2}\{'type': 'bool_parsing'/,
  );
  assert.match(refusal({ max_tokens: 'x' }).message, /^1 validation error:\n/);
});

test('inputs are cut or described', () => {
  assert.match(refusal({ messages: 'x'.repeat(300) }).message, /'input': 'x{200}\.\.\.\[truncated\]'\}$/);
  assert.match(refusal({ stream_options: [1, 2] }).message, /'input': '<list of 2 items>'\}$/);
  assert.match(refusal('{"model":"m","a":1}').message, /'input': '<dict of 2 items>'\}$/);
});

test('a rule’s message carries the parameter and its value, other statuses do not', () => {
  assert.deepEqual(refusal({ top_p: 0 }), {
    message: 'top_p must be in (0, 1], got 0.0. (parameter=top_p, value=0.0)',
    type: 'BadRequestError',
    param: 'top_p',
    code: 400,
  });
  assert.deepEqual(refusal({ model: 'other' }), {
    message: 'The model `other` does not exist. Valid aliases: m.',
    type: 'NotFoundError',
    param: 'model',
    code: 404,
  });
});

test('what is refused before the body is read', () => {
  const refused = (problem: Problem) => refusalV032([problem]);
  assert.deepEqual(
    [refused({ kind: 'unauthorized' }).status, refused({ kind: 'unauthorized' }).body],
    [401, '{"error":"Unauthorized"}'],
  );
  assert.match(
    refused({ kind: 'media type' }).body,
    /Unsupported Media Type: Only 'application\/json' is allowed/,
  );
});
