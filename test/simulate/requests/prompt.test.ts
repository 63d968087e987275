import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chatPrompt, contentText, plainPrompts } from '../../../src/simulate/requests/prompt.ts';
import { tokenIds, tokensText } from '../../../src/simulate/texts/tokens.ts';

test('the reference chat is 13 tokens', () => {
  const { text, tokens } = chatPrompt([{ role: 'user', content: '写一个50字的短文' }], []);
  assert.deepEqual([text, tokens.length], ['写一个50字的短文', 13]);
});

test('a conversation continues with the tokens of the previous turn and its answer', () => {
  const first = [{ role: 'user', content: 'hello' }];
  const answer = ' the river runs';
  const before = chatPrompt(first, []).tokens;
  const after = chatPrompt(
    [...first, { role: 'assistant', content: answer }, { role: 'user', content: 'x' }],
    [],
  );
  const known = [...before, ...tokenIds(answer)];
  assert.deepEqual(after.tokens.slice(0, known.length), known);
});

test('content may be parts, null beside calls; tools and calls are part of the prompt', () => {
  assert.equal(contentText([{ type: 'text', text: 'one ' }, 'two', { type: 'image_url' }]), 'one two');
  assert.equal(contentText(null), '');
  const call = { function: { name: 'get_weather', arguments: '{"city":"Rome"}' } };
  const { tokens } = chatPrompt(
    [{ role: 'assistant', content: null, tool_calls: [call] }],
    [{ type: 'function' }],
  );
  assert.match(
    tokensText(tokens),
    /\{"type":"function"\}\][\s\S]*\{"name": "get_weather", "arguments": \{"city":"Rome"\}\}/,
  );
});

test('plain prompts are a text, ids, or several of either', () => {
  assert.deepEqual(
    ['one two', [1, 2, 3], ['a', 'b c'], [[1], [2, 3]]].map((prompt) =>
      plainPrompts(prompt).map(({ tokens }) => tokens.length),
    ),
    [[2], [3], [1, 2], [1, 2]],
  );
});
