import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  chatBody,
  completionBody,
  promptDetails,
  toolCallId,
  usageOf,
} from '../../../src/simulate/dialects/rust-body.ts';
import { DEFAULT_FLAGS } from '../../../src/simulate/dialects/server-flags.ts';
import { accepted, answerFacts, wholePieces } from '../../helpers/simulated-answer.ts';

const TOOLS = [{ type: 'function', function: { name: 'f' } }];

function chat(body: object, reasoning = false) {
  const request = accepted({ max_tokens: 60, ...body }, 'rust');
  return JSON.parse(chatBody(answerFacts(request), wholePieces(request, 'rust', reasoning)));
}

test('usage always has both details, null or not', () => {
  assert.deepEqual(usageOf(3, { totalTokens: 4, reasoningTokens: 1 }, null), {
    prompt_tokens: 3,
    total_tokens: 7,
    completion_tokens: 4,
    prompt_tokens_details: null,
    completion_tokens_details: { reasoning_tokens: 1 },
  });
});

test('cached tokens are told when there are some', () => {
  const details = (cached: number, promptTokensDetails: boolean) =>
    promptDetails(
      answerFacts(accepted({}, 'rust'), {
        cachedTokens: () => cached,
        flags: { ...DEFAULT_FLAGS, promptTokensDetails },
      }),
    );
  assert.deepEqual(
    [details(16, true), details(0, true), details(16, false)],
    [{ cached_tokens: 16 }, null, null],
  );
});

test('calls have ids of their own kind and no content', () => {
  assert.match(toolCallId(), /^call_[0-9a-f]{24}$/);
  const [{ message, finish_reason }] = chat({ tools: TOOLS }).choices;
  assert.deepEqual(
    [message.content, message.tool_calls[0].function.name, finish_reason],
    [null, 'f', 'tool_calls'],
  );
});

test('thinking is told beside the content', () => {
  const { choices, usage } = chat({}, true);
  assert.ok(choices[0].message.reasoning.length > 0 && choices[0].message.content.length > 0);
  assert.ok(usage.completion_tokens_details.reasoning_tokens > 0);
  assert.equal(chat({ include_reasoning: false }, true).choices[0].message.reasoning, null);
});

test('a plain completion has the prompt’s ids and probabilities on its choice', () => {
  const body = { echo: true, return_token_ids: true, prompt_logprobs: 1, max_tokens: 2 };
  const request = accepted(body, 'rust', 'completions');
  const { choices, system_fingerprint } = JSON.parse(
    completionBody(answerFacts(request), wholePieces(request, 'rust')),
  );
  assert.deepEqual(
    [choices[0].prompt_token_ids.length, choices[0].prompt_logprobs.length, choices[0].token_ids.length],
    [2, 2, 2],
  );
  assert.match(choices[0].text, /^one two./);
  assert.equal(system_fingerprint, null);
});
