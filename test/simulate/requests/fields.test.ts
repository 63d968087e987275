import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readBool, readFloat, readInt, wrongTypes } from '../../../src/simulate/requests/fields.ts';

const wrong = (body: object, strict = false, api: 'chat' | 'completions' = 'chat'): unknown[] =>
  wrongTypes(api, body as Record<string, unknown>, strict, '').map((problem) =>
    problem.kind === 'wrong type' ? [problem.path.join('.'), problem.type] : problem.kind,
  );

test('pydantic takes numbers and truths that are written as texts, serde does not', () => {
  const body = { max_tokens: '2', temperature: '0.5', stream: 'yes', n: true };
  assert.deepEqual(wrong(body), []);
  assert.deepEqual(wrong(body, true).length, 4);
  assert.deepEqual([readInt('2', false), readFloat('0.5', false), readBool('off', false)], [2, 0.5, false]);
  assert.deepEqual([readInt('2', true), readFloat('0.5', true), readBool('off', true)], [null, null, null]);
});

test('a missing field and a null are fine, an unknown one is nobody’s business', () => {
  assert.deepEqual(wrong({ max_tokens: null, whatever: { a: 1 } }), []);
});

test('wrong types are told with their path', () => {
  assert.deepEqual(wrong({ max_tokens: 1.5 }), [['max_tokens', 'int']]);
  assert.deepEqual(wrong({ stop_token_ids: [1, 'x'] }), [['stop_token_ids.1', 'int']]);
  assert.deepEqual(wrong({ stop_token_ids: 1 }), [['stop_token_ids', 'list']]);
  assert.deepEqual(wrong({ stop: [1] }), [['stop', 'string or strings']]);
  assert.deepEqual(wrong({ messages: 'x', stream_options: [] }), [
    ['messages', 'list'],
    ['stream_options', 'object'],
  ]);
  assert.deepEqual(wrong({ stream_interval: 0 }), [['stream_interval', 'positive int']]);
  assert.deepEqual(wrong({ logprobs: 2 }, false, 'completions'), []);
});

test('a prompt is a text or ids; several of them for the Python front end alone', () => {
  const ok = (prompt: unknown, strict: boolean): boolean =>
    wrong({ prompt }, strict, 'completions').length === 0;
  const prompts = ['a', [1, 2], ['a', 'b'], [[1], [2]], [1, 'a']];
  assert.deepEqual(
    prompts.map((prompt) => ok(prompt, false)),
    [true, true, true, true, false],
  );
  assert.deepEqual(
    prompts.map((prompt) => ok(prompt, true)),
    [true, true, false, false, false],
  );
});
