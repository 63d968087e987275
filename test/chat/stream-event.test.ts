import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readStreamEvent } from '../../src/chat/stream-event.ts';
import { CHUNK } from '../../src/model/chunk-times.ts';

const chat = (choice: unknown, rest: object = {}): ReturnType<typeof readStreamEvent> =>
  readStreamEvent('chat', { event: null, data: JSON.stringify({ choices: [choice], ...rest }) });

test('the role alone carries no token', () => {
  const event = chat({ index: 0, delta: { role: 'assistant', content: '' } });
  assert.deepEqual([event.kinds, event.tokens], [CHUNK.role, 0]);
});

test('content, both names of reasoning, and tool calls each carry a token', () => {
  for (const [delta, kind] of [
    [{ content: 'a' }, CHUNK.content],
    [{ reasoning: 'a' }, CHUNK.reasoning],
    [{ reasoning_content: 'a' }, CHUNK.reasoning],
    [{ content: null, tool_calls: [{ index: 0 }] }, CHUNK.tool],
  ] as const) {
    const event = chat({ delta });
    assert.deepEqual([event.kinds, event.tokens], [kind, 1], JSON.stringify(delta));
  }
});

test('a piece of the answer has a choice, be it empty; a usage chunk, an error and the end mark are none', () => {
  assert.equal(chat({ index: 0, delta: { role: 'assistant', content: '' } }).isPiece, true);
  assert.equal(chat({ delta: {}, finish_reason: 'stop' }).isPiece, true);
  for (const data of [
    '{"choices":[],"usage":{"completion_tokens":3}}',
    '{"error":{"message":"x"}}',
    '[DONE]',
  ]) {
    assert.equal(readStreamEvent('chat', { event: null, data }).isPiece, false, data);
  }
});

test('token ids and logprobs say exactly how many tokens a chunk holds', () => {
  assert.equal(chat({ delta: { content: 'abc' }, token_ids: [1, 2, 3] }).tokens, 3);
  assert.equal(chat({ delta: { content: 'ab' }, logprobs: { content: [{}, {}] } }).tokens, 2);
});

test('a finish may ride on content or come alone', () => {
  assert.equal(
    chat({ delta: { content: 'a' }, finish_reason: 'length' }).kinds,
    CHUNK.content | CHUNK.finish,
  );
  assert.deepEqual(chat({ delta: {}, finish_reason: 'tool_calls' }).finishReason, 'tool_calls');
});

test('errors in every shape, and what is no JSON, are error events', () => {
  for (const data of ['{"error":{"message":"boom"}}', '{"object":"error","message":"boom"}']) {
    const event = readStreamEvent('chat', { event: null, data });
    assert.deepEqual([event.kinds, event.error], [CHUNK.error, 'boom']);
  }
  assert.match(readStreamEvent('chat', { event: null, data: '{"choi' }).error ?? '', /not JSON: \{"choi/);
});

test('[DONE] is the end mark', () => {
  assert.equal(readStreamEvent('chat', { event: null, data: '[DONE]' }).kinds, CHUNK.done);
});

test('responses and messages have their own words', () => {
  const read = (api: 'responses' | 'messages', document: object): number =>
    readStreamEvent(api, { event: 'x', data: JSON.stringify(document) }).kinds;
  assert.equal(read('responses', { type: 'response.output_text.delta', delta: 'a' }), CHUNK.content);
  assert.equal(read('responses', { type: 'response.function_call_arguments.delta' }), CHUNK.tool);
  assert.equal(
    read('responses', { type: 'response.failed', response: {} }),
    CHUNK.finish | CHUNK.done | CHUNK.error,
  );
  assert.equal(read('messages', { type: 'content_block_delta', delta: { text: 'a' } }), CHUNK.content);
  assert.equal(read('messages', { type: 'content_block_delta', delta: { thinking: 'a' } }), CHUNK.reasoning);
  assert.equal(read('messages', { type: 'ping' }), 0);
});
