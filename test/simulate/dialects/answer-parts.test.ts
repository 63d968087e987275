import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  chunkHead,
  completionTokens,
  continuousUsage,
  finalUsageAsked,
  hasReasoningParser,
  idsOf,
  isParsed,
  promptOf,
  promptTokens,
  tokenCounts,
} from '../../../src/simulate/dialects/answer-parts.ts';
import { DEFAULT_FLAGS, type ServerFlags } from '../../../src/simulate/dialects/server-flags.ts';
import { accepted, answerFacts } from '../../helpers/simulated-answer.ts';

const factsOf = (body: object, flags: Partial<ServerFlags> = {}) =>
  answerFacts(accepted(body), { flags: { ...DEFAULT_FLAGS, ...flags } });

test('an event begins with what all events of its answer share', () => {
  assert.equal(
    chunkHead(answerFacts(accepted({ model: 'm' }), { id: 'a"b' })),
    'data: {"id":"a\\"b","object":"chat.completion.chunk","created":1745900000,"model":"m",',
  );
  const completion = answerFacts(accepted({}, 'v0.32', 'completions'));
  assert.match(chunkHead(completion), /"object":"text_completion"/);
});

test('choices belong to prompts in their order; usage counts all prompts once', () => {
  const request = accepted({ prompt: [[1], [2, 3]], n: 2, temperature: 1 }, 'v0.32', 'completions');
  const facts = answerFacts(request);
  assert.deepEqual(
    [0, 1, 2, 3].map((index) => promptOf(facts, index).tokens),
    [[1], [1], [2, 3], [2, 3]],
  );
  assert.equal(promptTokens(facts), 3);
});

test('a parser works for all when the server has one, else for requests that need it', () => {
  const tools = [{ type: 'function', function: { name: 'f' } }];
  const thinking = { chat_template_kwargs: { enable_thinking: true } };
  assert.deepEqual(
    [
      isParsed(factsOf({})),
      isParsed(factsOf({ tools })),
      isParsed(factsOf(thinking)),
      isParsed(factsOf({}, { toolCallParser: true })),
      isParsed(factsOf({}, { reasoningParser: true })),
    ],
    [false, true, true, true, true],
  );
  assert.deepEqual(
    [hasReasoningParser(factsOf({ tools })), hasReasoningParser(factsOf(thinking))],
    [false, true],
  );
});

test('usage comes when the request asks or the server is made to', () => {
  const asked = { stream: true, stream_options: { include_usage: true } };
  assert.deepEqual([finalUsageAsked(factsOf(asked)), continuousUsage(factsOf(asked))], [true, false]);
  const forced = factsOf({}, { forceIncludeUsage: true });
  assert.deepEqual([finalUsageAsked(forced), continuousUsage(forced)], [true, true]);
});

test('counts', () => {
  assert.equal(
    JSON.stringify(tokenCounts(3, 4)),
    '{"prompt_tokens":3,"total_tokens":7,"completion_tokens":4}',
  );
  assert.equal(completionTokens([{ totalTokens: 3 }, { totalTokens: 4 }]), 7);
  assert.equal(idsOf({ tokens: [{ id: 5 }, { id: 6 }] }), '[5,6]');
});
