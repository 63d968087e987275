import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusal } from '../../../src/simulate/apis/refusals.ts';
import { DIALECTS, type Dialect } from '../../../src/simulate/dialect.ts';
import {
  ENGINE_DEAD,
  invalid,
  OVERLOADED,
  type Problem,
  refused,
  UNAUTHORIZED,
  unparsed,
  WRONG_MEDIA_TYPE,
} from '../../../src/simulate/requests/generation-request.ts';

const MODEL: Problem = { ...invalid('m', 'model'), status: 404 };

/** Status and error document of each dialect, in the order 0.8.5, 0.32, Rust. */
const CASES: readonly (readonly [
  name: string,
  problem: Problem,
  answers: Readonly<Record<Dialect, string>>,
])[] = [
  [
    'parsing',
    unparsed('m', 'n'),
    {
      'v0.8.5': '400 {"object":"error","message":"m","type":"BadRequestError","param":null,"code":400}',
      'v0.32': '400 {"error":{"message":"m","type":"Bad Request","param":"body.n","code":400}}',
      rust: '400 {"error":{"message":"m","type":"invalid_request_error","param":null,"code":"json_parse_error"}}',
    },
  ],
  [
    'a value',
    invalid('m', 'n'),
    {
      'v0.8.5': '400 {"object":"error","message":"m","type":"BadRequestError","param":null,"code":400}',
      'v0.32': '400 {"error":{"message":"m","type":"BadRequestError","param":"n","code":400}}',
      rust: '400 {"error":{"message":"m","type":"invalid_request_error","param":"n","code":"invalid_request_error"}}',
    },
  ],
  [
    'the model',
    MODEL,
    {
      'v0.8.5': '404 {"object":"error","message":"m","type":"NotFoundError","param":null,"code":404}',
      'v0.32': '404 {"error":{"message":"m","type":"NotFoundError","param":"model","code":404}}',
      rust: '404 {"error":{"message":"m","type":"invalid_request_error","param":"model","code":"model_not_found"}}',
    },
  ],
  [
    'a fault',
    refused(501, 'm'),
    {
      'v0.8.5': '501 {"object":"error","message":"m","type":"NotImplementedError","param":null,"code":501}',
      'v0.32': '501 {"error":{"message":"m","type":"NotImplementedError","param":null,"code":501}}',
      rust: '501 {"error":{"message":"m","type":"server_error","param":null,"code":"server_error"}}',
    },
  ],
];

for (const [name, problem, answers] of CASES) {
  test(`${name}: one message, three documents`, () => {
    for (const dialect of DIALECTS) {
      const { status, body } = refusal(dialect, problem);
      assert.equal(`${status} ${body}`, answers[dialect]);
    }
  });
}

test('no key, no JSON, no room, no engine', () => {
  const of = (problem: Problem): unknown => DIALECTS.map((dialect) => refusal(dialect, problem).status);
  assert.deepEqual(of(UNAUTHORIZED), [401, 401, 401]);
  assert.equal(refusal('rust', UNAUTHORIZED).body, '{"error":"Unauthorized"}');
  assert.deepEqual(of(WRONG_MEDIA_TYPE), [415, 400, 400]);
  assert.match(refusal('v0.8.5', WRONG_MEDIA_TYPE).body, /^\{"detail":/);
  assert.deepEqual(of(OVERLOADED), [503, 503, 503]);
  assert.match(refusal('v0.32', OVERLOADED).body, /"type":"Service Unavailable"/);
  assert.deepEqual(of(ENGINE_DEAD), [500, 500, 500]);
  assert.deepEqual(refusal('v0.8.5', ENGINE_DEAD), { status: 500, contentType: null, body: '' });
  assert.match(refusal('v0.32', ENGINE_DEAD).body, /"type":"InternalServerError"/);
});
