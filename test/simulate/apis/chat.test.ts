import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FORMATS } from '../../../src/simulate/apis/formats.ts';
import { DEFAULT_FLAGS, DIALECTS, type Dialect, type ServerFlags } from '../../../src/simulate/dialect.ts';
import {
  accepted,
  answerFacts,
  plainAnswer,
  streamedEvents,
  wholePieces,
} from '../../helpers/simulated-answer.ts';

const PARAMETERS = { type: 'object', properties: { a: { type: 'integer' } }, required: ['a'] };
const TOOLS = [{ type: 'function', function: { name: 'f', parameters: PARAMETERS } }];
const NAMED = { type: 'function', function: { name: 'f' } };
const CONTINUOUS = { stream_options: { include_usage: true, continuous_usage_stats: true } };
const THINKING = { chat_template_kwargs: { enable_thinking: true } };
const ID: Readonly<Record<Dialect, RegExp>> = {
  'v0.8.5': /^chatcmpl-tool-[0-9a-f]{32}$/,
  'v0.32': /^chatcmpl-tool-[0-9a-f]{16}$/,
  rust: /^call_[0-9a-f]{24}$/,
};

function events(dialect: Dialect, body: object, flags: Partial<ServerFlags> = {}): readonly string[] {
  const request = accepted({ stream: true, max_tokens: 60, ...body }, dialect);
  const all = streamedEvents(answerFacts(request, { dialect, flags: { ...DEFAULT_FLAGS, ...flags } }));
  assert.equal(all.at(-1), '[DONE]');
  return all.slice(0, -1);
}

/** The one choice of each event. */
function choices(dialect: Dialect, body: object, flags: Partial<ServerFlags> = {}) {
  return events(dialect, body, flags).map((event) => JSON.parse(event).choices[0]);
}

const chat = (dialect: Dialect, body: object, reasoning = false) =>
  plainAnswer({ max_tokens: 60, ...body }, dialect, 'chat', {}, reasoning).choices[0];

const HEAD = '{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1745900000,"model":"m",';

test('0.8.5: a chat’s stream, byte for byte as its source writes it', () => {
  const body = { stream: true, stream_options: { include_usage: true }, max_tokens: 2 };
  const [first, second] = wholePieces(accepted(body, 'v0.8.5'))[0]?.tokens ?? [];
  assert.deepEqual(events('v0.8.5', body), [
    `${HEAD}"choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}]}`,
    `${HEAD}"choices":[{"index":0,"delta":{"content":${JSON.stringify(first?.text)}},"logprobs":null,"finish_reason":null}]}`,
    `${HEAD}"choices":[{"index":0,"delta":{"content":${JSON.stringify(second?.text)}},"logprobs":null,"finish_reason":"length","stop_reason":null}]}`,
    `${HEAD}"choices":[],"usage":{"prompt_tokens":8,"total_tokens":10,"completion_tokens":2}}`,
  ]);
});

test('0.8.5: a chat’s answer, byte for byte as its source writes it', () => {
  const request = accepted({ max_tokens: 3 }, 'v0.8.5');
  const pieces = wholePieces(request);
  assert.equal(
    FORMATS.chat.body(answerFacts(request, { dialect: 'v0.8.5' }), pieces),
    '{"id":"chatcmpl-1","object":"chat.completion","created":1745900000,"model":"m","choices":[{"index":0,' +
      `"message":{"role":"assistant","reasoning_content":null,"content":${JSON.stringify(pieces[0]?.content)},"tool_calls":[]},` +
      '"logprobs":null,"finish_reason":"length","stop_reason":null}],"usage":{"prompt_tokens":8,"total_tokens":11,' +
      '"completion_tokens":3,"prompt_tokens_details":null},"prompt_logprobs":null}',
  );
});

test('Rust: the role when the request begins, the finish in a separate chunk, no null anywhere', () => {
  const all = events('rust', { max_tokens: 2 }).map((event) => event.replace(/^.*?"choices":/, ''));
  assert.equal(all[0], '[{"index":0,"delta":{"role":"assistant"}}]}');
  assert.match(all[1] ?? '', /^\[\{"index":0,"delta":\{"content":".+"\}\}\]\}$/);
  assert.deepEqual(all.slice(3), ['[{"index":0,"delta":{},"finish_reason":"length"}]}']);
  assert.ok(!all.join('').includes('null'));
  assert.match(events('rust', { stop: 'e' }).at(-1) ?? '', /"finish_reason":"stop","stop_reason":"e"\}\]\}$/);
});

test('0.32: the finish is on the last chunk of text, with the fingerprint unless usage follows', () => {
  const fingerprinted = (body: object): unknown =>
    events('v0.32', { max_tokens: 2, ...body }).map((event) => 'system_fingerprint' in JSON.parse(event));
  const reasons = choices('v0.32', { max_tokens: 2 }).map(({ finish_reason }) => finish_reason);
  assert.deepEqual(reasons, [null, null, 'length']);
  assert.deepEqual(fingerprinted({}), [false, false, true]);
  assert.deepEqual(fingerprinted({ stream_options: { include_usage: true } }), [false, false, false, true]);
});

test('every choice has its role first', () => {
  const roles = choices('v0.32', { n: 2, temperature: 1, max_tokens: 2 }).slice(0, 2);
  assert.deepEqual(
    roles.map(({ index, delta }) => [index, delta.role]),
    [
      [0, 'assistant'],
      [1, 'assistant'],
    ],
  );
});

test('half a character: Rust sends nothing, unless probabilities or ids are asked for', () => {
  const facts = (body: object) =>
    answerFacts(accepted({ stream: true, ...body }, 'rust'), { dialect: 'rust' });
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
  assert.deepEqual(FORMATS.chat.events(facts({})).piece(silent), []);
  const [event = ''] = FORMATS.chat.events(facts({ return_token_ids: true })).piece(silent);
  assert.match(event, /"delta":\{\},"token_ids":\[7\]/);
});

test('a streamed call: id and name, then its arguments; tokens without news send nothing', () => {
  for (const dialect of DIALECTS) {
    const all = choices(dialect, { tools: TOOLS }).slice(1);
    const [first, ...rest] = all.flatMap(({ delta }) => delta.tool_calls ?? []);
    assert.match(first.id, ID[dialect]);
    assert.deepEqual([first.type, first.index, first.function], ['function', 0, { name: 'f' }]);
    const text = rest.map((call) => call.function.arguments).join('');
    assert.deepEqual(Object.keys(JSON.parse(text)), ['a']);
    const last = all.at(-1);
    assert.equal(last.finish_reason, 'tool_calls');
    if (dialect === 'v0.32') assert.deepEqual([all.length, last.delta], [rest.length + 2, {}]);
  }
});

test('a whole call: its content, its reason, and what becomes of one that was cut', () => {
  for (const dialect of DIALECTS) {
    const free = chat(dialect, { tools: TOOLS });
    assert.deepEqual([free.message.content, free.finish_reason], [null, 'tool_calls'], dialect);
    assert.match(free.message.tool_calls[0].id, ID[dialect]);
    assert.deepEqual(Object.keys(JSON.parse(free.message.tool_calls[0].function.arguments)), ['a']);
    const forced = chat(dialect, { tools: TOOLS, tool_choice: 'required' });
    assert.equal(forced.message.content, dialect === 'rust' ? null : '');
    assert.equal(forced.finish_reason, dialect === 'v0.8.5' ? 'stop' : 'tool_calls');
    assert.equal(chat(dialect, { tools: TOOLS, tool_choice: NAMED }).finish_reason, 'stop');
    const cut = chat(dialect, { tools: TOOLS, max_tokens: 12 });
    assert.equal(cut.finish_reason, 'length');
    if (dialect !== 'rust') assert.match(cut.message.content, /^<tool_call>\n\{"name": "f"/);
    assert.equal(cut.message.tool_calls?.length, { 'v0.8.5': 0, 'v0.32': undefined, rust: 1 }[dialect]);
  }
});

test('reasoning is separate from the content, unless the request turns it off', () => {
  for (const dialect of DIALECTS) {
    const name = dialect === 'v0.8.5' ? 'reasoning_content' : 'reasoning';
    const { message } = chat(dialect, {}, true);
    assert.ok(message[name].length > 0 && message.content.length > 0);
    assert.ok(choices(dialect, THINKING)[1].delta[name].length > 0);
    if (dialect === 'v0.8.5') continue;
    assert.equal(chat(dialect, { include_reasoning: false }, true).message[name], null);
  }
});

test('0.32: thinking that is not wanted hides probabilities and ids as well', () => {
  const body = { logprobs: true, return_token_ids: true, max_tokens: 40 };
  const shown = choices('v0.32', body, { reasoningParser: true }).slice(1);
  assert.ok(shown.every(({ logprobs, token_ids }) => logprobs !== null && token_ids !== null));
  const hidden = choices('v0.32', { ...body, include_reasoning: false }, { reasoningParser: true }).slice(1);
  assert.ok(hidden.every(({ logprobs, token_ids }) => logprobs === null && token_ids === null));
  assert.ok(hidden.every(({ delta }) => delta.reasoning === undefined));
  assert.ok(hidden.length < shown.length);
});

test('continuous usage is on every event', () => {
  for (const dialect of DIALECTS) {
    const counts = events(dialect, { ...CONTINUOUS, max_tokens: 2 }).map(
      (event) => JSON.parse(event).usage.completion_tokens,
    );
    assert.deepEqual(counts, dialect === 'rust' ? [0, 1, 2, 2, 2] : [0, 1, 2, 2]);
  }
});

test('the engine’s death is an event, then the end mark; 0.8.5 calls it a 400', () => {
  const codes = { 'v0.8.5': 400, 'v0.32': 500, rust: 'server_error' };
  for (const dialect of DIALECTS) {
    const [failure = '', done] = FORMATS.chat
      .events(answerFacts(accepted({}, dialect), { dialect }))
      .failure();
    assert.equal(JSON.parse(failure.slice('data: '.length)).error.code, codes[dialect]);
    assert.equal(done, 'data: [DONE]\n\n');
  }
});
