import assert from 'node:assert/strict';
import { test } from 'node:test';
import { promptOf, promptTokens } from '../../../src/simulate/apis/api-format.ts';
import { timing, usage, usageChunk } from '../../../src/simulate/apis/usage.ts';
import { DEFAULT_FLAGS, type Dialect, type ServerFlags } from '../../../src/simulate/dialect.ts';
import type { Api } from '../../../src/simulate/requests/generation-request.ts';
import { accepted, answerFacts, streamedEvents } from '../../helpers/simulated-answer.ts';

const TOTALS = { totalTokens: 4, reasoningTokens: 1 };
const LONG = { messages: [{ role: 'user', content: ' a'.repeat(60) }] };

function facts(
  body: object,
  dialect: Dialect = 'v0.32',
  flags: Partial<ServerFlags> = {},
  api: Api = 'chat',
  cached = 16,
) {
  const changes = { dialect, flags: { ...DEFAULT_FLAGS, ...flags }, cachedTokens: () => cached };
  return answerFacts(accepted(body, dialect, api), changes);
}

const counted = (of: ReturnType<typeof facts>) => JSON.parse(usage(of, 'body', promptTokens(of), TOTALS));

test('choices belong to prompts in their order; usage counts all prompts once', () => {
  const several = facts({ prompt: [[1], [2, 3]], n: 2, temperature: 1 }, 'v0.32', {}, 'completions');
  assert.deepEqual(
    [0, 1, 2, 3].map((index) => promptOf(several, index).tokens),
    [[1], [1], [2, 3], [2, 3]],
  );
  assert.equal(promptTokens(several), 3);
});

test('Rust has both details, null or not', () => {
  assert.deepEqual(counted(facts({}, 'rust')), {
    prompt_tokens: 8,
    total_tokens: 12,
    completion_tokens: 4,
    prompt_tokens_details: null,
    completion_tokens_details: { reasoning_tokens: 1 },
  });
});

test('0.32 counts thinking where a parser does', () => {
  const details = (flags: Partial<ServerFlags>) =>
    counted(facts({}, 'v0.32', flags)).completion_tokens_details;
  assert.deepEqual([details({}), details({ reasoningParser: true })], [null, { reasoning_tokens: 1 }]);
});

test('cached tokens as each front end reports them, only with the flag', () => {
  const details = (dialect: Dialect, api: Api, cached = 16, promptTokensDetails = true): unknown =>
    counted(facts(api === 'chat' ? LONG : {}, dialect, { promptTokensDetails }, api, cached))
      .prompt_tokens_details;
  assert.deepEqual(details('v0.8.5', 'chat'), { cached_tokens: 16 });
  assert.deepEqual(details('rust', 'completions'), { cached_tokens: 16 });
  assert.deepEqual(details('v0.32', 'chat'), {
    cached_tokens: 16,
    created_cache_tokens: 48,
    multimodal_tokens: null,
  });
  assert.deepEqual(details('v0.32', 'completions'), {
    cached_tokens: 16,
    created_cache_tokens: null,
    multimodal_tokens: null,
  });
  assert.deepEqual(
    [
      details('v0.8.5', 'chat', 0),
      details('rust', 'chat', 0),
      details('v0.8.5', 'completions'),
      details('v0.32', 'chat', 16, false),
    ],
    [null, null, null, null],
  );
});

test('times are of one choice alone, means only where there is an interval', () => {
  const flags = { perRequestMetrics: true };
  assert.deepEqual(timing(facts({}, 'v0.32', flags), 5), {
    time_to_first_token_ms: 10,
    generation_time_ms: 20,
    queue_time_ms: 1,
    mean_itl_ms: 5,
    tokens_per_second: (5 / 30) * 1e3,
  });
  assert.ok(!('mean_itl_ms' in (timing(facts({}, 'v0.32', flags), 1) ?? {})));
  assert.equal(timing(facts({ n: 2, temperature: 1 }, 'v0.32', flags), 5), null);
  assert.equal(timing(facts({}), 5), null);
});

test('the usage chunk comes when the request asks or the server is made to', () => {
  const asked = { stream: true, stream_options: { include_usage: true } };
  const chunks = (body: object, flags: Partial<ServerFlags> = {}) =>
    usageChunk(facts(body, 'v0.32', flags), 'data: {', TOTALS).length;
  assert.deepEqual([chunks({}), chunks(asked), chunks({}, { forceIncludeUsage: true })], [0, 1, 1]);
});

test('by default a stream has nothing but the text; each flag adds its part', () => {
  const streamed = (flags: Partial<ServerFlags>) => {
    const events = streamedEvents(facts({ stream: true, max_tokens: 20 }, 'v0.32', flags, 'chat', 0)).slice(
      0,
      -1,
    );
    return { all: events.join('\n'), last: JSON.parse(events.at(-1) ?? '') };
  };
  assert.doesNotMatch(streamed({}).all, /usage|metrics|reasoning|details/);
  assert.match(streamed({ reasoningParser: true }).all, /"delta":\{"reasoning":/);
  const forced = { forceIncludeUsage: true };
  assert.equal(streamed(forced).last.usage.completion_tokens, 20);
  const { usage: detailed } = streamed({ ...forced, promptTokensDetails: true }).last;
  assert.equal(detailed.prompt_tokens_details.cached_tokens, 0);
  assert.equal(streamed({ ...forced, perRequestMetrics: true }).last.metrics.generation_time_ms, 20);
});
