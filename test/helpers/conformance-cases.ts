import type { ServerFlags } from '../../src/simulate/dialect.ts';
import type { RawRequest } from './raw-exchange.ts';

/** A request whose answer can be compared between a real vLLM and the simulator. */
export interface ConformanceRequest {
  readonly name: string;
  readonly request: RawRequest;
  /** The server needs a parser for calls of tools. */
  readonly tools?: true;
}

/** One request whose answer a real vLLM 0.32 was recorded giving. */
export interface ConformanceCase {
  /** The recorded answer, below `test/fixtures`. */
  readonly fixture: string;
  readonly dialect: 'v0.32' | 'rust';
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
/** More tokens than the recorded server's context has. */
const LONG = 'bado '.repeat(4_000);

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

type Entry = readonly [name: string, request: RawRequest, more?: Partial<ConformanceCase>];

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
  // Cut in the notation that follows the arguments.
  ['stream_tool_named', chat({ ...USAGE, tools: TOOLS, tool_choice: NAMED, max_tokens: 36 }), TOOL_PARSER],
  ['nonstream_tool_required', chat({ tools: TOOLS, tool_choice: 'required', max_tokens: 16 }), TOOL_PARSER],
  ['stream_reasoning', chat({ ...USAGE, max_tokens: 12 }), REASONING],
  ['nonstream_reasoning', chat({ max_tokens: 12 }), REASONING],
  ['stream_engine_killed', chat({ stream: true, max_tokens: 100 }), { fault: 'error-event,after=20' }],
  ['completions_plain', completion({ max_tokens: 4 })],
  ['completions_stream', completion({ ...USAGE, max_tokens: 4 })],
  [
    'responses_stream',
    post('/v1/responses', {
      model: 'tiny',
      input: 'Hello',
      temperature: 1,
      max_output_tokens: 4,
      stream: true,
    }),
  ],
  ['messages_stream', post('/v1/messages', { model: 'tiny', messages: HELLO, max_tokens: 4, stream: true })],
];

const RUST_FLAGS = { promptTokensDetails: true, requestIdHeaders: true };
const RUST_REASONING = { flags: { requestIdHeaders: true, reasoningParser: true } };
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
  ['more/reasoning', chat({ max_tokens: 12 }), RUST_REASONING],
  ['more/reasoning_stream', chat({ ...USAGE, max_tokens: 12 }), RUST_REASONING],
  ['messages-stream', post('/v1/messages', { model: 'tiny', messages: HELLO, max_tokens: 8, stream: true })],
];

const FULL = { tools: TOOLS, max_tokens: 200, seed: 3 };

/**
 * Further requests, each recorded from both front ends of 0.32 (`vllm-rs` in the same wheel) by `test/bench/conformance.ts`.
 * Their answers have the same shape whatever model is served.
 */
export const MORE_REQUESTS: readonly ConformanceRequest[] = [
  { name: 'chat_plain', request: chat({ max_tokens: 6 }) },
  { name: 'chat_usage', request: chat({ ...USAGE, max_tokens: 8 }) },
  { name: 'chat_continuous', request: chat({ ...CONTINUOUS, max_tokens: 8 }) },
  { name: 'chat_one_token', request: chat({ max_tokens: 1 }) },
  { name: 'chat_n2', request: chat({ n: 2, max_tokens: 3 }) },
  { name: 'chat_token_ids', request: chat({ max_tokens: 3, return_token_ids: true }) },
  { name: 'chat_token_ids_stream', request: chat({ stream: true, max_tokens: 3, return_token_ids: true }) },
  { name: 'chat_logprobs', request: chat({ max_tokens: 2, logprobs: true, top_logprobs: 2 }) },
  { name: 'chat_logprobs_alone', request: chat({ max_tokens: 2, logprobs: true }) },
  { name: 'chat_stop', request: chat({ stop: ['e'], min_tokens: 2, max_tokens: 60 }) },
  {
    name: 'chat_stop_included',
    request: chat({
      stop: ['e'],
      min_tokens: 2,
      max_tokens: 60,
      include_stop_str_in_output: true,
      stream: true,
    }),
  },
  { name: 'chat_stop_held', request: chat({ stop: ['zzzzzzzz'], max_tokens: 12, stream: true }) },
  { name: 'chat_schema', request: chat({ response_format: SCHEMA, max_tokens: 200 }) },
  { name: 'chat_interval', request: chat({ stream: true, stream_interval: 4, max_tokens: 10 }) },
  { name: 'tool_required', request: chat({ ...FULL, tool_choice: 'required' }), tools: true },
  { name: 'tool_named', request: chat({ ...FULL, tool_choice: NAMED }), tools: true },
  {
    name: 'tool_required_stream',
    request: chat({ ...FULL, ...USAGE, tool_choice: 'required' }),
    tools: true,
  },
  { name: 'tool_named_stream', request: chat({ ...FULL, stream: true, tool_choice: NAMED }), tools: true },
  { name: 'tool_none', request: chat({ tools: TOOLS, tool_choice: 'none', max_tokens: 4 }) },
  { name: 'completion_default', request: completion({}) },
  { name: 'completion_continuous', request: completion({ ...CONTINUOUS, max_tokens: 4 }) },
  {
    name: 'completion_stop',
    request: completion({ stream: true, stop: 'e', min_tokens: 2, max_tokens: 60 }),
  },
  { name: 'completion_logprobs', request: completion({ logprobs: 2, max_tokens: 2 }) },
  { name: 'completion_logprobs_stream', request: completion({ logprobs: 2, max_tokens: 2, stream: true }) },
  {
    name: 'completion_ids',
    request: completion({ prompt: [5, 6, 7], max_tokens: 2, return_token_ids: true }),
  },
  {
    name: 'completion_ids_stream',
    request: completion({ prompt: [5, 6, 7], max_tokens: 2, return_token_ids: true, stream: true }),
  },
  { name: 'completion_list', request: completion({ prompt: ['Hello', 'there'], max_tokens: 2 }) },
  {
    name: 'completion_list_stream',
    request: completion({ ...CONTINUOUS, prompt: ['Hello', 'there'], max_tokens: 2 }),
  },
  { name: 'completion_n2', request: completion({ n: 2, max_tokens: 2 }) },
  { name: 'models', request: get('/v1/models') },
  { name: 'ping', request: get('/ping') },
  { name: 'detokenize', request: post('/detokenize', { tokens: [300, 301] }) },
  { name: 'tokenize_text', request: post('/tokenize', { prompt: 'Hello there', return_token_strs: true }) },
  { name: 'err_path', request: get('/v1/nope') },
  { name: 'err_slash', request: get('/v1/models/') },
  { name: 'err_method', request: get('/reset_prefix_cache') },
  { name: 'err_no_body', request: post(CHAT, '') },
  { name: 'err_json_comma', request: post(CHAT, '{"model":"tiny",}') },
  { name: 'err_json_string', request: post(CHAT, '{"messages":[{"role":"user","content":"x') },
  { name: 'err_no_messages', request: post(CHAT, { model: 'tiny' }) },
  { name: 'err_empty_messages', request: chat({ messages: [] }) },
  { name: 'err_max_tokens_zero', request: chat({ max_tokens: 0 }) },
  { name: 'err_max_tokens_text', request: chat({ max_tokens: 'x' }) },
  { name: 'err_max_tokens_fraction', request: chat({ max_tokens: 1.5 }) },
  { name: 'err_top_p', request: chat({ top_p: 0 }) },
  { name: 'err_n', request: chat({ n: 0 }) },
  { name: 'err_greedy_n2', request: chat({ n: 2, temperature: 0 }) },
  { name: 'err_stream_text', request: chat({ stream: 'yes please' }) },
  { name: 'err_stop_empty', request: chat({ stop: '' }) },
  { name: 'err_stop_number', request: chat({ stop: [1] }) },
  { name: 'err_min_over_max', request: chat({ min_tokens: 5, max_tokens: 2 }) },
  { name: 'err_top_logprobs', request: chat({ top_logprobs: 2 }) },
  { name: 'err_many_logprobs', request: chat({ logprobs: true, top_logprobs: 50 }) },
  { name: 'err_prompt_logprobs', request: chat({ prompt_logprobs: 2, stream: true }) },
  { name: 'err_empty_tools', request: chat({ tools: [], max_tokens: 2 }) },
  { name: 'err_no_tools', request: chat({ tool_choice: 'auto' }) },
  { name: 'err_tool_choice', request: chat({ tools: TOOLS, tool_choice: 'maybe' }) },
  {
    name: 'err_tool_unmatched',
    request: chat({ tools: TOOLS, tool_choice: { type: 'function', function: { name: 'b' } } }),
    tools: true,
  },
  { name: 'err_cache_salt', request: chat({ cache_salt: '' }) },
  {
    name: 'err_continued',
    request: chat({ continue_final_message: true, add_generation_prompt: true }),
  },
  { name: 'err_repetition', request: chat({ repetition_penalty: 0 }) },
  { name: 'err_effort', request: chat({ reasoning_effort: 'huge' }) },
  { name: 'err_bias', request: chat({ logit_bias: { x: 10 } }) },
  { name: 'err_allowed', request: chat({ allowed_token_ids: [] }) },
  { name: 'err_suffix', request: completion({ suffix: 'x' }) },
  { name: 'err_logprobs', request: completion({ logprobs: -2 }) },
  { name: 'err_no_schema', request: chat({ response_format: { type: 'json_schema' } }) },
  { name: 'err_interval', request: chat({ stream_interval: 0 }) },
  { name: 'err_context', request: chat({ messages: [{ role: 'user', content: LONG }], max_tokens: 8 }) },
  { name: 'err_no_prompt', request: post(COMPLETIONS, { model: 'tiny' }) },
  { name: 'err_empty_prompt', request: completion({ prompt: '' }) },
  { name: 'err_tokenize', request: post('/tokenize', { model: 'tiny' }) },
  { name: 'err_detokenize', request: post('/detokenize', { tokens: ['a'] }) },
];

const RESPONSES = '/v1/responses';
const MESSAGES = '/v1/messages';
const responses = (fields: object): RawRequest =>
  post(RESPONSES, { model: 'tiny', temperature: 1, input: 'Hello there', ...fields });
const messages = (fields: object): RawRequest =>
  post(MESSAGES, { model: 'tiny', temperature: 1, messages: HELLO, max_tokens: 8, ...fields });
const RESPONSES_TOOLS = [{ type: 'function', name: 'get_weather', strict: true, parameters: WEATHER }];
const MESSAGES_TOOLS = [{ name: 'get_weather', input_schema: WEATHER }];
const RESPONSES_FORMAT = { type: 'json_schema', name: 'w', schema: WEATHER, strict: true };
const LOGPROBS = { top_logprobs: 2, include: ['message.output_text.logprobs'], max_output_tokens: 2 };
const CALLED = [
  { role: 'user', content: 'Hi' },
  { role: 'assistant', content: [{ type: 'tool_use', id: 'c1', name: 'get_weather', input: {} }] },
  { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c1', content: 'sunny' }] },
];
const CONVERSATION = [
  { role: 'user', content: 'Hello' },
  { role: 'assistant', content: 'Hi' },
  { role: 'user', content: [{ type: 'input_text', text: 'again' }] },
];
const DETAILED_TOOLS = { flags: { ...DETAILED, toolCallParser: true } };
const DETAILED_REASONING = { flags: { ...DETAILED, reasoningParser: true } };

/** The Python front end's other APIs, with all details unless a case says otherwise. */
const OTHER_APIS: readonly Entry[] = [
  ['responses_plain', responses({ max_output_tokens: 4 })],
  ['responses_plain_server', responses({ max_output_tokens: 4 }), TOOL_PARSER],
  ['responses_messages', responses({ input: CONVERSATION, instructions: 'Be terse.', max_output_tokens: 3 })],
  ['responses_logprobs', responses(LOGPROBS)],
  ['responses_logprobs_stream', responses({ ...LOGPROBS, stream: true })],
  ['responses_schema', responses({ max_output_tokens: 100, text: { format: RESPONSES_FORMAT } })],
  [
    'responses_tool',
    responses({ tools: RESPONSES_TOOLS, tool_choice: 'required', max_output_tokens: 150 }),
    TOOL_PARSER,
  ],
  [
    'responses_tool_stream',
    responses({ tools: RESPONSES_TOOLS, tool_choice: 'required', max_output_tokens: 200, stream: true }),
    DETAILED_TOOLS,
  ],
  [
    'responses_tool_named_stream',
    responses({
      tools: RESPONSES_TOOLS,
      tool_choice: { type: 'function', name: 'get_weather' },
      max_output_tokens: 200,
      stream: true,
    }),
    DETAILED_TOOLS,
  ],
  ['responses_reasoning', responses({ max_output_tokens: 2 }), DETAILED_REASONING],
  ['responses_reasoning_stream', responses({ max_output_tokens: 2, stream: true }), DETAILED_REASONING],
  ['responses_err_model', responses({ model: 'nope' })],
  ['responses_err_input', post(RESPONSES, { model: 'tiny' })],
  ['responses_err_type', responses({ max_output_tokens: 'x' })],
  ['responses_err_zero', responses({ max_output_tokens: 0 })],
  ['responses_err_json', post(RESPONSES, '{"model":')],
  ['responses_err_long', responses({ input: LONG })],
  ['responses_err_temp', responses({ temperature: 9 })],
  ['responses_err_empty', responses({ input: [] })],
  ['messages_plain', messages({})],
  ['messages_plain_server', messages({ max_tokens: 4 }), TOOL_PARSER],
  ['messages_stop', messages({ stop_sequences: ['e'], max_tokens: 60 })],
  ['messages_stop_stream', messages({ stop_sequences: ['e'], max_tokens: 60, stream: true })],
  [
    'messages_tool',
    messages({ tools: MESSAGES_TOOLS, tool_choice: { type: 'any' }, max_tokens: 200 }),
    TOOL_PARSER,
  ],
  [
    'messages_tool_named_stream',
    messages({
      tools: MESSAGES_TOOLS,
      tool_choice: { type: 'tool', name: 'get_weather' },
      max_tokens: 200,
      stream: true,
    }),
    DETAILED_TOOLS,
  ],
  ['messages_tool_result', messages({ tools: MESSAGES_TOOLS, max_tokens: 3, messages: CALLED }), TOOL_PARSER],
  ['messages_reasoning', messages({ max_tokens: 2 }), DETAILED_REASONING],
  ['messages_reasoning_stream', messages({ max_tokens: 2, stream: true }), DETAILED_REASONING],
  ['messages_count', post(`${MESSAGES}/count_tokens`, { model: 'tiny', messages: HELLO })],
  ['messages_err_model', messages({ model: 'nope' })],
  ['messages_err_nomax', post(MESSAGES, { model: 'tiny', messages: HELLO })],
  ['messages_err_type', messages({ max_tokens: 'x' })],
  ['messages_err_zero', messages({ max_tokens: 0 })],
  ['messages_err_json', post(MESSAGES, '{"model":')],
  ['messages_err_empty', messages({ messages: [] })],
  ['messages_err_long', messages({ messages: [{ role: 'user', content: LONG }] })],
  ['messages_err_temp', messages({ temperature: 9 })],
  ['messages_err_tools', messages({ tools: MESSAGES_TOOLS })],
  ['messages_err_media', post(MESSAGES, { model: 'tiny' }, { 'Content-Type': 'text/plain' })],
];

/** `vllm-0.32.0` or `vllm-0.32.0-rust`: where the recorded answers of a front end are. */
export function fixtureFolder(dialect: ConformanceCase['dialect']): string {
  return dialect === 'rust' ? 'vllm-0.32.0-rust' : 'vllm-0.32.0';
}

function caseOf(
  dialect: ConformanceCase['dialect'],
  [name, request, more]: Entry,
  flags: Partial<ServerFlags>,
): ConformanceCase {
  const sent = dialect === 'rust' && !name.startsWith('more/') ? { ...request, close: true } : request;
  return { fixture: `${fixtureFolder(dialect)}/${name}`, dialect, request: sent, flags, ...more };
}

/** Every recorded case but the pages of metrics. */
export const CONFORMANCE_CASES: readonly ConformanceCase[] = [
  ...PYTHON.map((entry) => caseOf('v0.32', entry, {})),
  ...OTHER_APIS.map(([name, request, more = {}]) =>
    caseOf('v0.32', [`apis/${name}`, request, more], DETAILED),
  ),
  ...RUST.map((entry) => caseOf('rust', entry, RUST_FLAGS)),
  ...(['v0.32', 'rust'] as const).flatMap((dialect) =>
    MORE_REQUESTS.map(({ name, request }) =>
      caseOf(dialect, [`more/${name}`, request], { requestIdHeaders: true, toolCallParser: true }),
    ),
  ),
];
