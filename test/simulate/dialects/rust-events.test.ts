import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RUST } from '../../../src/simulate/dialects/rust.ts';
import { accepted, answerFacts, streamedEvents } from '../../helpers/simulated-answer.ts';

const TOOLS = [{ type: 'function', function: { name: 'f' } }];

function events(body: object, api: 'chat' | 'completions' = 'chat'): readonly string[] {
  return streamedEvents(RUST, answerFacts(accepted({ stream: true, max_tokens: 60, ...body }, 'rust', api)));
}

/** What each event says beside the head that all share. */
function choices(all: readonly string[]): readonly string[] {
  return all.map((event) => event.replace(/^.*?"choices":/, ''));
}

test('the role comes when the request begins, the finish on a chunk of its own, no null anywhere', () => {
  const all = choices(events({ max_tokens: 2 }));
  assert.equal(all[0], '[{"index":0,"delta":{"role":"assistant"}}]}');
  assert.match(all[1] ?? '', /^\[\{"index":0,"delta":\{"content":".+"\}\}\]\}$/);
  assert.deepEqual(all.slice(3), ['[{"index":0,"delta":{},"finish_reason":"length"}]}', '[DONE]']);
  assert.ok(!all.join('').includes('null'));
});

test('a stop string is named', () => {
  assert.match(
    choices(events({ stop: 'e' })).at(-2) ?? '',
    /"finish_reason":"stop","stop_reason":"e"\}\]\}$/,
  );
});

test('half a character sends nothing, unless probabilities or ids are asked for', () => {
  const facts = (body: object) => answerFacts(accepted({ stream: true, ...body }, 'rust'));
  const silent = {
    index: 0,
    content: '',
    reasoning: '',
    calls: [],
    tokens: [{ id: 7, text: '' }],
    position: 0,
    totalTokens: 1,
    reasoningTokens: 0,
    finish: null,
    called: false,
  };
  assert.deepEqual(RUST.events(facts({})).piece(silent), []);
  assert.match(
    RUST.events(facts({ return_token_ids: true })).piece(silent)[0] ?? '',
    /"delta":\{\},"token_ids":\[7\]/,
  );
});

test('a call begins with its name, then come its arguments', () => {
  const calls = events({ tools: TOOLS, tool_choice: 'required' })
    .filter((event) => event.includes('tool_calls"'))
    .flatMap((event) => JSON.parse(event).choices[0].delta.tool_calls ?? []);
  assert.match(
    JSON.stringify(calls[0]),
    /^\{"index":0,"id":"call_[0-9a-f]{24}","type":"function","function":\{"name":"f"\}\}$/,
  );
  assert.deepEqual(
    JSON.parse(
      calls
        .slice(1)
        .map((call) => call.function.arguments)
        .join(''),
    ),
    {},
  );
});

test('usage: on every event when asked for, and at the end', () => {
  const stream_options = { include_usage: true, continuous_usage_stats: true };
  for (const api of ['chat', 'completions'] as const) {
    const counts = events({ stream_options, max_tokens: 2 }, api)
      .slice(0, -1)
      .map((event) => JSON.parse(event).usage.completion_tokens);
    assert.deepEqual(counts, api === 'chat' ? [0, 1, 2, 2, 2] : [1, 2, 2, 2]);
  }
});

test('a plain completion opens only to echo or to tell of ids', () => {
  const first = (body: object): string => choices(events({ max_tokens: 1, ...body }, 'completions'))[0] ?? '';
  assert.match(first({ echo: true }), /^\[\{"index":0,"text":"one two"\}\]/);
  assert.match(
    first({ return_token_ids: true }),
    /^\[\{"index":0,"text":"","token_ids":\[\],"prompt_token_ids":\[\d+,\d+\]\}\]/,
  );
  assert.doesNotMatch(first({}), /"text":""/);
});

test('the engine’s death is an event, then the end mark', () => {
  const [failure, done] = RUST.events(answerFacts(accepted({}, 'rust'))).failure();
  assert.equal(JSON.parse(failure?.slice(6) ?? '').error.type, 'server_error');
  assert.equal(done, 'data: [DONE]\n\n');
});
