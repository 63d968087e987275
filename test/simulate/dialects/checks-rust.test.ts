import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkWords } from '../../../src/simulate/dialects/checks-rust.ts';
import type { RangedField } from '../../../src/simulate/requests/problem.ts';

test('each bound in the words of the validator crate, numbers as serde has them', () => {
  const cases: readonly (readonly [RangedField, number, string])[] = [
    [
      'temperature',
      2.5,
      'temperature: Validation error: range [{"max": Number(2.0), "min": Number(0.0), "value": Number(2.5)}]',
    ],
    [
      'presence_penalty',
      -3,
      'presence_penalty: Validation error: range [{"max": Number(2.0), "min": Number(-2.0), "value": Number(-3.0)}]',
    ],
    [
      'top_p',
      0,
      'top_p: Validation error: top_p must be in (0, 1] - greater than 0.0 and at most 1.0 [{"value": Number(0.0)}]',
    ],
    ['n', 0, 'n: Validation error: range [{"min": Number(1), "value": Number(0), "max": Number(10)}]'],
    [
      'max_tokens',
      0,
      'max_completion_tokens: Validation error: range [{"value": Number(0), "min": Number(1)}]',
    ],
    ['min_p', 3, 'min_p: Validation error: range [{"value": Number(3)}]'],
  ];
  for (const [field, value, message] of cases) {
    assert.deepEqual(checkWords({ kind: 'out of range', field, value }), [message]);
  }
});

test('checks of the handler name a parameter, those of the validator do not', () => {
  const optionsOf = (api: 'chat' | 'completions') =>
    checkWords({ kind: 'stream options without stream', api });
  assert.deepEqual(optionsOf('completions').slice(1), ['invalid_request_error', 'stream_options']);
  assert.deepEqual(optionsOf('chat'), ['__all__: stream_options can only be used when stream is true']);
  assert.deepEqual(checkWords({ kind: 'more than one choice' }), [
    'Only n=1 is supported.',
    'invalid_request_error',
    'n',
  ]);
});

test('a prompt that is too long is counted to its end, however long', () => {
  const counts = { promptTokens: 5_000, maxModelLen: 100 };
  const expected =
    "this model's maximum context length is 100 tokens, but the prompt contains 5000 input tokens";
  assert.deepEqual(checkWords({ kind: 'too long', maxTokens: null, ...counts }), [expected]);
  assert.deepEqual(checkWords({ kind: 'far too long', characters: 9e6, ...counts }), [expected]);
});
