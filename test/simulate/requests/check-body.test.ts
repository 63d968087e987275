import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accepted, refusedParam } from '../../helpers/simulated-answer.ts';

const TOOLS = [{ type: 'function', function: { name: 'a' } }];

test('what a chat is refused for, by the field at fault: while parsing or by value', () => {
  const cases: readonly (readonly [fields: object, param: string, parsing: boolean])[] = [
    [{ messages: 'x' }, 'messages', true],
    [{ messages: null }, 'messages', true],
    [{ max_tokens: 'x' }, 'max_tokens', true],
    [{ max_tokens: 1.5 }, 'max_tokens', true],
    [{ stream: 'maybe' }, 'stream', true],
    [{ stop: [1] }, 'stop', true],
    [{ stop_token_ids: [1, 'x'] }, 'stop_token_ids', true],
    [{ stop_token_ids: 1 }, 'stop_token_ids', true],
    [{ stream_options: [] }, 'stream_options', true],
    [{ stream_interval: 0 }, 'stream_interval', true],
    [{ model: 5 }, 'model', true],
    [{ response_format: { type: 'xml' } }, 'response_format', true],
    [{ reasoning_effort: 'huge' }, 'reasoning_effort', true],
    [{ response_format: { type: 'json_schema' } }, 'response_format', false],
    [{ stream_options: { include_usage: true } }, 'stream_options', false],
    [{ messages: [] }, 'messages', false],
    [{ cache_salt: '' }, 'cache_salt', false],
    [{ max_tokens: 0 }, 'max_tokens', false],
    [{ max_completion_tokens: -1 }, 'max_completion_tokens', false],
    [{ temperature: 2.5 }, 'temperature', false],
    [{ top_p: 0 }, 'top_p', false],
    [{ top_k: -2 }, 'top_k', false],
    [{ n: 0 }, 'n', false],
    [{ min_tokens: 5, max_tokens: 2 }, 'min_tokens', false],
    [{ repetition_penalty: 0 }, 'repetition_penalty', false],
    [{ continue_final_message: true, add_generation_prompt: true }, 'continue_final_message', false],
    [{ allowed_token_ids: [] }, 'allowed_token_ids', false],
    [{ logit_bias: { 5: 1, x: 1 } }, 'logit_bias', false],
    [{ top_logprobs: 2 }, 'top_logprobs', false],
    [{ logprobs: true, top_logprobs: 21 }, 'logprobs', false],
    [{ stream: true, prompt_logprobs: 1 }, 'prompt_logprobs', false],
    [{ stop: ['a', ''] }, 'stop', false],
    [{ n: 2, temperature: 0 }, 'n', false],
    [{ tools: [] }, 'tools', false],
    [{ tool_choice: 'auto' }, 'tool_choice', false],
    [{ tools: TOOLS, tool_choice: 'maybe' }, 'tool_choice', false],
    [{ tools: TOOLS, tool_choice: { function: { name: 'b' } } }, 'tool_choice', false],
  ];
  for (const [fields, param, parsing] of cases) {
    assert.deepEqual(refusedParam(fields), [400, param, parsing], JSON.stringify(fields));
  }
});

test('what a plain completion is refused for', () => {
  const cases: readonly (readonly [fields: object, param: string, parsing: boolean])[] = [
    [{ prompt: [1, 'a'] }, 'prompt', true],
    [{ prompt: null }, 'prompt', false],
    [{ prompt: ['a', ''] }, 'prompt', false],
    [{ suffix: 'x' }, 'suffix', false],
    [{ logprobs: -2 }, 'logprobs', false],
    [{ logprobs: 21 }, 'logprobs', false],
  ];
  for (const [fields, param, parsing] of cases) {
    const found = refusedParam(fields, 'v0.32', 'completions');
    assert.deepEqual(found, [400, param, parsing], JSON.stringify(fields));
  }
  for (const prompt of ['a', [1, 2], ['a', 'b'], [[1], [2]]]) accepted({ prompt }, 'v0.32', 'completions');
});

test('a missing field, a null and an unknown field are fine', () => {
  assert.equal(accepted({ max_tokens: null, whatever: { a: 1 } }).maxTokens, null);
});

test('dialects differ', () => {
  assert.equal(accepted({ n: 2 }).n, 2);
  assert.deepEqual(refusedParam({ n: 2 }, 'rust'), [400, 'n', false]);
  assert.deepEqual(refusedParam({ max_tokens: '2' }, 'rust'), [400, 'max_tokens', true]);
  assert.deepEqual(refusedParam({ prompt: ['a'] }, 'rust', 'completions'), [400, 'prompt', true]);
  assert.deepEqual(refusedParam({ prompt: null }, 'rust', 'completions'), [400, 'prompt', true]);
  assert.deepEqual(refusedParam({ tools: TOOLS, tool_choice: 1 }, 'rust'), [400, 'tool_choice', true]);
  assert.equal(accepted({ tools: [] }, 'rust').tools, null);
  assert.equal(accepted({ temperature: 2.5 }, 'v0.8.5').maxTokens, null);
  assert.equal(accepted({ reasoning_effort: 'huge' }, 'v0.8.5').thinking, true);
  assert.equal(accepted({ cache_salt: '' }, 'v0.8.5').cacheSalt, '');
});
