import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_FLAGS } from '../../../src/simulate/dialects/server-flags.ts';
import { chatBody, completionBody, promptDetails } from '../../../src/simulate/dialects/v0.8.5-body.ts';
import { accepted, answerFacts, wholePieces } from '../../helpers/simulated-answer.ts';

const TOOLS = [{ type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } }];

function chat(body: object, reasoning = false) {
  const request = accepted({ max_tokens: 60, ...body }, 'v0.8.5');
  return JSON.parse(chatBody(answerFacts(request), wholePieces(request, 'v0.8.5', reasoning)));
}

test('a chat’s answer, byte for byte as the source writes it', () => {
  const request = accepted({ max_tokens: 3 }, 'v0.8.5');
  const [piece] = wholePieces(request, 'v0.8.5');
  const facts = answerFacts(request);
  assert.equal(
    chatBody(facts, wholePieces(request, 'v0.8.5')),
    '{"id":"chatcmpl-1","object":"chat.completion","created":1745900000,"model":"m","choices":[{"index":0,' +
      `"message":{"role":"assistant","reasoning_content":null,"content":${JSON.stringify(piece?.content)},"tool_calls":[]},` +
      '"logprobs":null,"finish_reason":"length","stop_reason":null}],"usage":{"prompt_tokens":8,"total_tokens":11,' +
      '"completion_tokens":3,"prompt_tokens_details":null},"prompt_logprobs":null}',
  );
});

test('a plain completion’s answer, byte for byte', () => {
  const request = accepted({ max_tokens: 3, echo: true }, 'v0.8.5', 'completions');
  const [piece] = wholePieces(request, 'v0.8.5');
  assert.equal(
    completionBody(answerFacts(request), wholePieces(request, 'v0.8.5')),
    '{"id":"cmpl-1","object":"text_completion","created":1745900000,"model":"m","choices":[{"index":0,' +
      `"text":${JSON.stringify(`one two${piece?.content}`)},"logprobs":null,"finish_reason":"length","stop_reason":null,` +
      '"prompt_logprobs":null}],"usage":{"prompt_tokens":2,"total_tokens":5,"completion_tokens":3,' +
      '"prompt_tokens_details":null}}',
  );
});

test('only a free call changes the reason and leaves the content null', () => {
  const [free] = chat({ tools: TOOLS }).choices;
  assert.deepEqual([free.finish_reason, free.message.content], ['tool_calls', null]);
  assert.match(free.message.tool_calls[0].id, /^chatcmpl-tool-[0-9a-f]{32}$/);
  const [forced] = chat({ tools: TOOLS, tool_choice: 'required' }).choices;
  assert.deepEqual([forced.finish_reason, forced.message.content], ['stop', '']);
  assert.equal(forced.message.tool_calls[0].function.name, 'f');
});

test('a call that was cut is content', () => {
  const [{ message, finish_reason }] = chat({ tools: TOOLS, max_tokens: 12 }).choices;
  assert.deepEqual([message.tool_calls, finish_reason], [[], 'length']);
  assert.match(message.content, /^<tool_call>/);
});

test('thinking is `reasoning_content`', () => {
  const [{ message }] = chat({}, true).choices;
  assert.ok(message.reasoning_content.length > 0 && message.content.length > 0);
});

test('cached tokens are told for chats, when the flag says so and there are some', () => {
  const details = (api: 'chat' | 'completions', cached: number, told: boolean) =>
    promptDetails(
      answerFacts(accepted({}, 'v0.8.5', api), {
        cachedTokens: () => cached,
        flags: { ...DEFAULT_FLAGS, promptTokensDetails: told },
      }),
    );
  assert.deepEqual(details('chat', 16, true), { cached_tokens: 16 });
  assert.deepEqual(
    [details('chat', 0, true), details('chat', 16, false), details('completions', 16, true)],
    [null, null, null],
  );
});
