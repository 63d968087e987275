import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAnswer } from '../../../src/chat/answers/read-answer.ts';
import { FORMATS } from '../../../src/simulate/apis/formats.ts';
import { DEFAULT_FLAGS } from '../../../src/simulate/dialect.ts';
import { rawAnswer } from '../../helpers/http-fixture.ts';
import {
  accepted,
  answerFacts,
  plainAnswer,
  refused,
  streamedTexts,
} from '../../helpers/simulated-answer.ts';

const PARAMETERS = { type: 'object', properties: { a: { type: 'integer' } }, required: ['a'] };
const TOOLS = [{ name: 'f', input_schema: PARAMETERS }];
const THINKING = { flags: { ...DEFAULT_FLAGS, reasoningParser: true } };

const ask = (body: object) => accepted({ max_tokens: 60, ...body }, 'v0.32', 'messages');
const plain = (body: object, reasoning = false) =>
  plainAnswer({ max_tokens: 60, ...body }, 'v0.32', 'messages', {}, reasoning);

test('a request is the chat that vLLM makes of it', () => {
  const request = ask({
    system: [{ type: 'text', text: 'Be brief.' }],
    stop_sequences: ['x'],
    tools: TOOLS,
    tool_choice: { type: 'tool', name: 'f' },
    messages: [
      { role: 'user', content: 'one' },
      { role: 'assistant', content: [{ type: 'tool_use', id: 'c', name: 'f', input: { a: 1 } }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c', content: 'two' }] },
    ],
  });
  assert.equal(request.prompts[0]?.text, 'Be brief.\none\n\ntwo');
  assert.deepEqual([request.stop, request.tools?.choice, request.tools?.answered], [['x'], 'named', true]);
  assert.equal(ask({ tools: TOOLS, tool_choice: { type: 'any' } }).tools?.choice, 'required');
  assert.equal(ask({ thinking: { type: 'disabled' } }).thinking, false);
  assert.equal(refused({ max_tokens: undefined }, 'v0.32', 'messages').parsing, true);
  assert.equal(refused({ max_tokens: 0 }, 'v0.32', 'messages').parsing, true);
  assert.equal(refused({ max_tokens: 5, temperature: 9 }, 'v0.32', 'messages').parsing, false);
});

test('thinking, text and calls are blocks of their own, in a stream one after another', () => {
  const types = (answer: { content: { type: string }[] }) => answer.content.map(({ type }) => type);
  assert.deepEqual(types(plain({}, true)), ['thinking', 'text']);
  assert.deepEqual(types(plain({ tools: TOOLS }, true)), ['thinking', 'tool_use']);
  const events = streamedTexts(answerFacts(ask({ stream: true, tools: TOOLS }), THINKING)).map(
    (text) =>
      JSON.parse(text.slice(text.indexOf('{'))) as { type: string; index?: number; delta?: { type: string } },
  );
  const seen = events.map(({ type, index, delta }) => `${type} ${index ?? ''} ${delta?.type ?? ''}`.trim());
  assert.deepEqual(
    seen.filter((one, i) => one !== seen[i - 1]),
    [
      'message_start',
      'content_block_start 0',
      'content_block_delta 0 thinking_delta',
      'content_block_delta 0 signature_delta',
      'content_block_stop 0',
      'content_block_start 1',
      'content_block_delta 1 input_json_delta',
      'content_block_stop 1',
      'message_delta',
      'message_stop',
    ],
  );
});

test('the end is named as Anthropic does', () => {
  const end = (body: object): unknown => {
    const { stop_reason, stop_sequence } = plain(body);
    return [stop_reason, stop_sequence];
  };
  assert.deepEqual(end({}), ['max_tokens', undefined]);
  assert.deepEqual(end({ stop_sequences: ['e'] }), ['stop_sequence', 'e']);
  assert.deepEqual(end({ tools: TOOLS }), ['tool_use', undefined]);
  assert.deepEqual(end({ tools: TOOLS, tool_choice: { type: 'tool', name: 'f' } }), ['tool_use', undefined]);
  assert.deepEqual(end({ tools: TOOLS, max_tokens: 8 }), ['max_tokens', undefined]);
});

test('what the cache had is not counted twice', () => {
  const flags = { ...DEFAULT_FLAGS, promptTokensDetails: true };
  const long = { messages: [{ role: 'user', content: ' a'.repeat(60) }], max_tokens: 3 };
  const { usage } = plainAnswer(long, 'v0.32', 'messages', { flags, cachedTokens: () => 16 });
  assert.deepEqual(usage, {
    input_tokens: 66 - 16 - 48,
    output_tokens: 3,
    cache_creation_input_tokens: 48,
    cache_read_input_tokens: 16,
  });
});

test('our own reader finds the stream good, and the engine’s death in one', () => {
  const facts = answerFacts(ask({ stream: true, max_tokens: 7 }));
  const headers = ['content-type', 'text/event-stream'];
  const read = (texts: readonly string[]) =>
    readAnswer(
      '/v1/messages',
      rawAnswer({ status: 200, headers, chunks: texts.map((text) => Buffer.from(text)) }),
    );
  const good = read(streamedTexts(facts));
  assert.deepEqual([good.outcome, good.completionTokens, good.tokenSource], ['ok', 7, 'usage']);
  const events = FORMATS.messages.events(facts);
  assert.equal(read([...events.first(), ...events.failure()]).outcome, 'stream_error');
});
