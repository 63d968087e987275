import type { Dialect } from '../../src/simulate/dialect-name.ts';
import type { ServerFlags } from '../../src/simulate/dialects/server-flags.ts';
import type { RawRequest } from './raw-exchange.ts';

/** One request whose answer a real vLLM 0.32 was recorded giving. */
export interface ConformanceCase {
  /** The recorded answer, below `test/fixtures`. */
  readonly fixture: string;
  readonly dialect: Dialect;
  readonly request: RawRequest;
  /** Flags of the server that was recorded. */
  readonly flags: Partial<ServerFlags>;
  /** What the simulator must be told to do where the real server broke. */
  readonly fault?: string;
}

const CHAT = '/v1/chat/completions';
const COMPLETIONS = '/v1/completions';

const HELLO = [{ role: 'user', content: 'Hello there, how are you this morning?' }];
const TERSE = [
  { role: 'system', content: 'You are terse.' },
  { role: 'user', content: 'Say hello to the recording proxy, please.' },
];
const SEEDED = { model: 'tiny', temperature: 1, seed: 7 };
const USAGE = { stream: true, stream_options: { include_usage: true } };
const CONTINUOUS = { stream: true, stream_options: { include_usage: true, continuous_usage_stats: true } };
const LONG = `${'bado '.repeat(4_000)}`;

/** A schema that leaves little to choose, so that a model of random weights keeps to it in few tokens as well. */
const WEATHER = {
  type: 'object',
  properties: { city: { enum: ['Paris', 'Rome'] }, days: { type: 'boolean' } },
  required: ['city', 'days'],
  additionalProperties: false,
};
const TOOLS = [{ type: 'function', function: { name: 'get_weather', strict: true, parameters: WEATHER } }];
const NAMED = { type: 'function', function: { name: 'get_weather' } };
const SCHEMA = { type: 'json_schema', json_schema: { name: 'weather', schema: WEATHER } };

const chat = (fields: object): RawRequest => ({
  method: 'POST',
  path: CHAT,
  body: { ...SEEDED, messages: HELLO, ...fields },
});
const completion = (fields: object): RawRequest => ({
  method: 'POST',
  path: COMPLETIONS,
  body: { ...SEEDED, prompt: 'Hello there', ...fields },
});
const get = (path: string): RawRequest => ({ method: 'GET', path });
const post = (path: string, body?: unknown, headers: RawRequest['headers'] = {}): RawRequest => ({
  method: 'POST',
  path,
  body,
  headers,
});

type Entry = readonly [fixture: string, request: RawRequest, more?: Partial<ConformanceCase>];

/** The Python front end was recorded with all details on first, then with none of them. */
const DETAILED = { promptTokensDetails: true, perRequestMetrics: true, requestIdHeaders: true };
const TOOL_PARSER = { flags: { toolCallParser: true } };
const REASONING = { flags: { reasoningParser: true } };

const PYTHON: readonly Entry[] = [
  ['nonstream', chat({ messages: TERSE, max_tokens: 12 }), { flags: DETAILED }],
  ['stream', chat({ ...CONTINUOUS, max_tokens: 6 }), { flags: DETAILED }],
  ['err_bad_field', chat({ temperature: 'hot' }), { flags: DETAILED }],
  ['err_bad_json', post(CHAT, '{"model":'), { flags: DETAILED }],
  ['err_stream_opts', chat({ stream_options: { include_usage: true } }), { flags: DETAILED }],
  ['err_too_long', chat({ max_tokens: 99_999 }), { flags: DETAILED }],
  ['err_unknown_model', chat({ model: 'nope' }), { flags: DETAILED }],
  ['stream_plain_server', chat({ stream: true, max_tokens: 5 })],
  ['stream_n2', chat({ ...USAGE, n: 2, max_tokens: 4 })],
  ['stream_logprobs', chat({ stream: true, logprobs: true, top_logprobs: 2, max_tokens: 3 })],
  ['stream_stop', chat({ stream: true, stop: 'e', min_tokens: 2, max_tokens: 40 })],
  ['stream_interval4', chat({ ...CONTINUOUS, stream_interval: 4, max_tokens: 16 })],
  ['stream_json_schema', chat({ stream: true, response_format: SCHEMA, max_tokens: 200 }), TOOL_PARSER],
  [
    'stream_tool_required',
    chat({ ...USAGE, tools: TOOLS, tool_choice: 'required', max_tokens: 200 }),
    TOOL_PARSER,
  ],
  ['stream_tool_named', chat({ ...USAGE, tools: TOOLS, tool_choice: NAMED, max_tokens: 36 }), TOOL_PARSER],
  ['nonstream_tool_required', chat({ tools: TOOLS, tool_choice: 'required', max_tokens: 16 }), TOOL_PARSER],
  ['stream_reasoning', chat({ ...USAGE, max_tokens: 12 }), REASONING],
  ['nonstream_reasoning', chat({ max_tokens: 12 }), REASONING],
  ['stream_engine_killed', chat({ stream: true, max_tokens: 100 }), { fault: 'error-event,after=20' }],
  ['completions_plain', completion({ max_tokens: 4 })],
  ['completions_stream', completion({ ...USAGE, max_tokens: 4 })],
];

const RUST_FLAGS = { promptTokensDetails: true, requestIdHeaders: true };
const terse = (fields: object): RawRequest => chat({ messages: TERSE, ...fields });

const RUST: readonly Entry[] = [
  ['chat-nonstream', terse({ max_tokens: 16 })],
  ['chat-seed-a1', terse({ max_tokens: 24, seed: 1234 })],
  ['chat-seed-a2', terse({ max_tokens: 24, seed: 1234 })],
  ['chat-stream', terse({ ...CONTINUOUS, max_tokens: 32 })],
  ['chat-stream-plain', terse({ stream: true, max_tokens: 16 })],
  ['chat-stream-usage', terse({ ...USAGE, max_tokens: 16 })],
  ['chat-stream-tokenids', terse({ stream: true, max_tokens: 4, return_token_ids: true })],
  ['chat-stream-logprobs', terse({ stream: true, max_tokens: 4, logprobs: true, top_logprobs: 2 })],
  ['chat-stream-n2', terse({ ...USAGE, max_tokens: 8, n: 2 })],
  ['chat-stream-nomax', terse({ ...USAGE })],
  ['chat-long200', chat({ ...CONTINUOUS, max_tokens: 200, min_tokens: 200 })],
  ['chat-xreqid', { ...terse({ max_tokens: 16 }), headers: { 'X-Request-Id': 'my-req-1' } }],
  ['chat-abort', { ...terse({ ...CONTINUOUS, max_tokens: 1_900, min_tokens: 1_900 }), leaveAfterEvents: 50 }],
  ['completions', completion({ max_tokens: 8 })],
  ['completions-stream', completion({ ...USAGE, max_tokens: 8 })],
  ['crash-stream', chat({ ...USAGE, max_tokens: 300 }), { fault: 'error-event,after=20' }],
  ['crash-nonstream', chat({ max_tokens: 100 }), { fault: 'error-event' }],
  ['crash-trigger', chat({ max_tokens: 100 }), { fault: 'error-event' }],
  ['err-404', get('/v1/nope')],
  ['err-405', get(CHAT)],
  ['err-bad-field', post(CHAT, '{"model": "tiny", "messages": "not a list", "max_tokens": -3}')],
  ['err-bad-json', post(CHAT, '{"model":"tiny","messages":[')],
  ['err-bad-streamopts', terse({ max_tokens: 4, stream_options: { include_usage: true } })],
  ['err-content-type', post(CHAT, { messages: TERSE }, { 'Content-Type': 'text/plain' })],
  ['err-embeddings', post('/v1/embeddings', { model: 'tiny', input: 'hello' })],
  ['err-too-long', chat({ messages: [{ role: 'user', content: LONG }], max_tokens: 8 })],
  ['err-too-long-text', chat({ messages: [{ role: 'user', content: LONG.repeat(10) }], max_tokens: 8 })],
  ['err-unknown-model', terse({ model: 'nope', max_tokens: 8 })],
  ['err-unknown-model-stream', terse({ model: 'nope', max_tokens: 8, stream: true })],
  ['health', get('/health')],
  ['load', get('/load')],
  ['version', get('/version')],
  ['reset-prefix-cache', post('/reset_prefix_cache')],
  ['tokenize', post('/tokenize', { model: 'tiny', messages: TERSE })],
  ['responses-stream', post('/v1/responses', { model: 'tiny', input: 'Hello there', stream: true })],
  ['messages-stream', post('/v1/messages', { model: 'tiny', messages: HELLO, max_tokens: 8, stream: true })],
];

/** Every recorded case but the pages of metrics, and the Python front end's other APIs, which the simulator has not. */
export const CONFORMANCE_CASES: readonly ConformanceCase[] = [
  ...PYTHON.map(([name, request, more]) => ({
    fixture: `vllm-0.32.0/${name}`,
    dialect: 'v0.32' as const,
    request,
    flags: {},
    ...more,
  })),
  ...RUST.map(([name, request, more]) => ({
    fixture: `vllm-0.32.0-rust/${name}`,
    dialect: 'rust' as const,
    request: { ...request, close: true },
    flags: RUST_FLAGS,
    ...more,
  })),
];
