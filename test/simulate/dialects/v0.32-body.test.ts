import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AnswerFacts } from '../../../src/simulate/dialects/dialect.ts';
import { DEFAULT_FLAGS, type ServerFlags } from '../../../src/simulate/dialects/server-flags.ts';
import {
  chatBody,
  completionBody,
  promptDetails,
  timingFields,
} from '../../../src/simulate/dialects/v0.32-body.ts';
import { accepted, answerFacts, wholePieces } from '../../helpers/simulated-answer.ts';

const TOOLS = [{ type: 'function', function: { name: 'f' } }];
const withFlags = (flags: Partial<ServerFlags>) => ({ flags: { ...DEFAULT_FLAGS, ...flags } });

function chat(body: object, changes: Partial<AnswerFacts> = {}, reasoning = false) {
  const request = accepted({ max_tokens: 60, ...body });
  return JSON.parse(chatBody(answerFacts(request, changes), wholePieces(request, 'v0.32', reasoning)));
}

test('a call that was cut is no call: its notation is the content', () => {
  const [whole] = chat({ tools: TOOLS, tool_choice: 'required' }).choices;
  assert.deepEqual([whole.finish_reason, whole.message.tool_calls.length], ['tool_calls', 1]);
  const [cut] = chat({ tools: TOOLS, tool_choice: 'required', max_tokens: 8 }).choices;
  assert.equal(cut.message.tool_calls, undefined);
  assert.match(cut.message.content, /^<tool_call>\n\{"name": "?/);
  const late = chat({ tools: TOOLS, tool_choice: 'required', max_tokens: 12 }).choices[0].message;
  assert.match(late.content, /^<tool_call>\n\{"name": "f"/);
});

test('the content of a free call is null, that of a forced one empty', () => {
  const content = (choice: string) => chat({ tools: TOOLS, tool_choice: choice }).choices[0].message.content;
  assert.deepEqual([content('auto'), content('required')], [null, '']);
});

test('thinking is told and counted, unless the request wants none of it', () => {
  const flags = withFlags({ reasoningParser: true });
  const { choices, usage } = chat({}, flags, true);
  assert.ok(choices[0].message.reasoning.length > 0);
  assert.ok(usage.completion_tokens_details.reasoning_tokens > 0);
  assert.equal(chat({ include_reasoning: false }, flags, true).choices[0].message.reasoning, null);
  assert.equal(chat({}).usage.completion_tokens_details, null);
});

test('chats tell which of the prompt’s tokens the cache had and which it got; completions the first alone', () => {
  const facts = { cachedTokens: () => 16, ...withFlags({ promptTokensDetails: true }) };
  const long = { messages: [{ role: 'user', content: ' a'.repeat(60) }] };
  assert.deepEqual(promptDetails(answerFacts(accepted(long), facts)), {
    cached_tokens: 16,
    created_cache_tokens: 48,
  });
  assert.deepEqual(promptDetails(answerFacts(accepted({}, 'v0.32', 'completions'), facts)), {
    cached_tokens: 16,
  });
  assert.equal(promptDetails(answerFacts(accepted({}))), null);
});

test('times are told of one choice alone, means only where there is an interval', () => {
  const told = withFlags({ perRequestMetrics: true });
  assert.deepEqual(timingFields(answerFacts(accepted({}), told), 5), {
    time_to_first_token_ms: 10,
    generation_time_ms: 20,
    queue_time_ms: 1,
    mean_itl_ms: 5,
    tokens_per_second: (5 / 30) * 1e3,
  });
  assert.ok(!('mean_itl_ms' in (timingFields(answerFacts(accepted({}), told), 1) ?? {})));
  assert.equal(timingFields(answerFacts(accepted({ n: 2, temperature: 1 }), told), 5), null);
  assert.equal(timingFields(answerFacts(accepted({})), 5), null);
});

test('floats are written as floats', () => {
  const facts = answerFacts(accepted({ max_tokens: 1 }), withFlags({ perRequestMetrics: true }));
  assert.match(chatBody(facts, wholePieces(accepted({ max_tokens: 1 }))), /"generation_time_ms":20,/);
});

test('a plain completion repeats each choice’s own prompt, as ids when those are asked for', () => {
  const body = { prompt: ['a', 'b'], echo: true, max_tokens: 1 };
  const texts = (fields: object) => {
    const request = accepted({ ...body, ...fields }, 'v0.32', 'completions');
    const { choices } = JSON.parse(completionBody(answerFacts(request), wholePieces(request)));
    return choices as { text: string; prompt_token_ids: number[] | null }[];
  };
  assert.deepEqual(
    texts({}).map(({ text }) => text[0]),
    ['a', 'b'],
  );
  const asked = texts({ return_token_ids: true });
  assert.deepEqual(
    asked.map(({ prompt_token_ids }) => prompt_token_ids?.length),
    [1, 1],
  );
  assert.ok(texts({}).every(({ text }, i) => text === `${body.prompt[i]}${asked[i]?.text}`));
});
