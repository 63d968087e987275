import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readUsage } from '../../src/chat/usage.ts';

test('usage of chat completions, with and without cache details', () => {
  assert.deepEqual(readUsage({ prompt_tokens: 7, completion_tokens: 6, total_tokens: 13 }), {
    promptTokens: 7,
    completionTokens: 6,
    cachedTokens: null,
  });
  assert.equal(readUsage({ prompt_tokens: 7, prompt_tokens_details: { cached_tokens: 4 } })?.cachedTokens, 4);
});

test('usage of the responses and messages APIs', () => {
  assert.deepEqual(
    readUsage({ input_tokens: 3, output_tokens: 2, input_tokens_details: { cached_tokens: 1 } }),
    {
      promptTokens: 3,
      completionTokens: 2,
      cachedTokens: 1,
    },
  );
});

test('what holds no count is no usage', () => {
  for (const value of [null, undefined, {}, [], { prompt_tokens: 'x' }]) assert.equal(readUsage(value), null);
});
