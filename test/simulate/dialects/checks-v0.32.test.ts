import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wordsOf } from '../../../src/simulate/dialects/checks-v0.32.ts';
import type { Problem, RangedField } from '../../../src/simulate/requests/problem.ts';

const range = (field: RangedField, value: number): Problem => ({ kind: 'out of range', field, value });

test('each bound has its sentence', () => {
  const cases: readonly (readonly [RangedField, number, string])[] = [
    ['temperature', -1, 'temperature must be non-negative, got -1.0.'],
    ['temperature', 2.5, 'temperature must be in [0, 2], got 2.5.'],
    ['top_p', 0, 'top_p must be in (0, 1], got 0.0.'],
    ['max_completion_tokens', 0, 'max_tokens must be at least 1, got 0.'],
    ['n', 0, 'n must be at least 1, got 0.'],
    ['min_tokens', -1, 'min_tokens must be greater than or equal to 0, got -1.'],
    ['top_k', -3, 'top_k must be 0 (disable), or at least 1, got -3.'],
    ['min_p', 2, 'min_p must be in [0, 1], got 2.0.'],
    ['frequency_penalty', 3, 'frequency_penalty must be in [-2, 2], got 3.0.'],
    ['top_logprobs', -2, '`top_logprobs` must be a positive value or -1.'],
  ];
  for (const [field, value, message] of cases) assert.equal(wordsOf(range(field, value)).message, message);
  assert.match(wordsOf(range('n', 20_000)).message, /^n must be at most 16384, got 20000\. To increase/);
});

test('a prompt that is too long is counted one token past the limit', () => {
  const words = (promptTokens: number) =>
    wordsOf({ kind: 'too long', promptTokens, maxTokens: 5, maxModelLen: 100 });
  assert.match(words(5_000).message, /your prompt contains at least 101 input tokens/);
  assert.equal(words(5_000).value, '101');
  assert.match(words(100).message, /your prompt contains 100 input tokens/);
});

test('statuses go with their types', () => {
  const triples = (
    [
      { kind: 'unknown model', model: 'x', served: 'm' },
      { kind: 'queue full' },
      { kind: 'engine dead', api: 'chat' },
      { kind: 'on demand', status: 429 },
      { kind: 'on demand', status: 500 },
      { kind: 'on demand', status: 499 },
    ] as const
  ).map((problem) => {
    const { status, type } = wordsOf(problem);
    return [status, type];
  });
  assert.deepEqual(triples, [
    [404, 'NotFoundError'],
    [503, 'Service Unavailable'],
    [500, 'InternalServerError'],
    [429, 'Too Many Requests'],
    [500, 'InternalServerError'],
    [499, 'Error'],
  ]);
});

test('the parameter at fault is named, a tool choice with its value', () => {
  assert.equal(wordsOf({ kind: 'empty tools' }).param, 'tools');
  const words = wordsOf({ kind: 'unknown tool choice', value: { type: 'x' }, text: '' });
  assert.match(words.message, /^Invalid value for `tool_choice`: \{'type': 'x'\}! Only named tools/);
  assert.equal(words.param, 'tool_choice');
});
