import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAnswerText } from '../../../src/chat/answers/answer-text.ts';
import type { StreamEvent } from '../../../src/chat/answers/stream-event.ts';
import { readChoices } from '../../../src/chat/apis/choices.ts';
import { CHUNK } from '../../../src/model/chunk-times.ts';

const read = (choice: object, rest: object = {}): StreamEvent =>
  readChoices({ choices: [choice], ...rest }, createAnswerText());

test('the role alone carries no token', () => {
  const event = read({ index: 0, delta: { role: 'assistant', content: '' } });
  assert.deepEqual([event.kinds, event.tokens], [CHUNK.role, 0]);
});

test('every member of a delta but the role is output, of the kind that its name says', () => {
  const cases: readonly (readonly [object, number])[] = [
    [{ content: 'a' }, CHUNK.content],
    [{ content: [{ type: 'text', text: 'a' }] }, CHUNK.content],
    [{ content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'a' }] }] }, CHUNK.reasoning],
    [{ content: [{ type: 'reasoning', text: 'a' }] }, CHUNK.reasoning],
    [
      {
        content: [
          { type: 'thinking', thinking: 'a' },
          { type: 'text', text: 'b' },
        ],
      },
      CHUNK.reasoning | CHUNK.content,
    ],
    [{ reasoning: 'a' }, CHUNK.reasoning],
    [{ reasoning_content: 'a', content: '' }, CHUNK.reasoning],
    [{ reasoning_text: 'a' }, CHUNK.reasoning],
    [{ reasoning_details: [{ type: 'reasoning.text', text: 'a', index: 0 }] }, CHUNK.reasoning],
    [{ thinking: 'a' }, CHUNK.reasoning],
    [{ thinking_blocks: [{ type: 'thinking', thinking: 'a' }] }, CHUNK.reasoning],
    [{ content: null, tool_calls: [{ index: 0, id: 'x', function: { name: 'f' } }] }, CHUNK.tool],
    [{ tool_calls: [{ index: 0, function: { arguments: '{' } }] }, CHUNK.tool],
    [{ function_call: { name: 'f', arguments: '' } }, CHUNK.tool],
    [{ refusal: 'no' }, CHUNK.content],
    [{ audio: { id: 'a', transcript: 'hi' } }, CHUNK.content],
    [{ provider_specific_fields: { thinking_blocks: [{ thinking: 'a' }] } }, CHUNK.reasoning],
    [{ something_new: 'a' }, CHUNK.content],
  ];
  for (const [delta, kinds] of cases) {
    const event = read({ delta });
    assert.deepEqual([event.kinds, event.tokens], [kinds, 1], JSON.stringify(delta));
  }
});

test('a delta of nothing but empty values carries nothing', () => {
  for (const delta of [
    {},
    { content: null, reasoning: null, tool_calls: [], refusal: null, audio: null },
    { content: [], function_call: { name: null, arguments: null } },
    {
      content: [{ type: 'text', text: '' }],
      reasoning_details: [{ type: 'reasoning.text', text: '', index: 0 }],
    },
    { tool_calls: [{ index: 0, type: 'function', function: { name: null, arguments: '' } }] },
    { provider_specific_fields: { refusal: null, citations: [] } },
  ]) {
    assert.deepEqual([read({ delta }).kinds, read({ delta }).tokens], [0, 0], JSON.stringify(delta));
  }
});

test('a piece of the answer has a choice, be it empty; a usage chunk has none', () => {
  assert.equal(read({ index: 0, delta: { role: 'assistant', content: '' } }).isPiece, true);
  assert.equal(read({ delta: {}, finish_reason: 'stop' }).isPiece, true);
  assert.equal(
    readChoices({ choices: [], usage: { completion_tokens: 3 } }, createAnswerText()).isPiece,
    false,
  );
});

test('token ids and logprobs say exactly how many tokens a chunk holds', () => {
  assert.equal(read({ delta: { content: 'abc' }, token_ids: [1, 2, 3] }).tokens, 3);
  assert.equal(read({ delta: { content: 'ab' }, logprobs: { content: [{}, {}] } }).tokens, 2);
});

test('a finish reason comes with content or alone; an empty one does not count', () => {
  const riding = read({ delta: { content: 'a' }, finish_reason: 'length' });
  assert.equal(riding.kinds, CHUNK.content | CHUNK.finish);
  const alone = read({ index: 1, delta: {}, finish_reason: 'tool_calls' });
  assert.deepEqual(alone.choices, [{ index: 1, finishReason: 'tool_calls' }]);
  const empty = read({ index: 0, delta: { content: 'a' }, finish_reason: '' });
  assert.deepEqual([empty.kinds, empty.choices], [CHUNK.content, [{ index: 0, finishReason: null }]]);
});

test('usage is found in a choice too, and where Groq puts it', () => {
  const usage = { prompt_tokens: 5, completion_tokens: 3 };
  assert.equal(read({ delta: {}, usage }).usage?.completionTokens, 3);
  assert.equal(readChoices({ choices: [], x_groq: { usage } }, createAnswerText()).usage?.promptTokens, 5);
});

test('an error of one choice is an error of the answer', () => {
  assert.equal(read({ delta: {}, error: { message: 'boom' }, finish_reason: 'error' }).error, 'boom');
  assert.match(read({ delta: {}, finish_reason: 'error' }).error ?? '', /finish_reason: error/);
});
