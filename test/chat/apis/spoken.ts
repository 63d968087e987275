/** What a server of one API writes, as data: one row of the table that every case of `every-api.test.ts` runs over. */
export interface SpokenApi {
  /** As in the table of `src/chat/apis`. */
  readonly name: string;
  readonly path: string;
  readonly begin: string;
  readonly text: (text: string) => string;
  /** Null where the API has none. */
  readonly reasoning: ((text: string) => string) | null;
  /** A call of the tool `look`, its arguments in pieces. */
  readonly call: ((pieces: readonly string[]) => string) | null;
  /** The end of an answer of 3 tokens to a prompt of 7, of which 2 came from a cache. */
  readonly finish: string;
  readonly endMark: string;
  readonly error: (message: string) => string;
  /** The same as one document: reasoning, text, and a call of `look` with its arguments, each if it is not empty. */
  readonly plain: (reasoning: string, text: string, args: string) => object;
  readonly finishReason: string;
  /** A request of so many words by the user, with an answer between each two; null where there are no messages. */
  readonly turns: ((words: readonly string[]) => object) | null;
  readonly limit: string;
  /** What the API cannot do: names of cases with the reason. */
  readonly gaps: Readonly<Record<string, string>>;
}

const event = (document: object): string => `data: ${JSON.stringify(document)}\n\n`;
const named = (document: { readonly type: string }): string => `event: ${document.type}\n${event(document)}`;

const USAGE = {
  prompt_tokens: 7,
  total_tokens: 10,
  completion_tokens: 3,
  prompt_tokens_details: { cached_tokens: 2 },
};

const chunk = (delta: object, finish: string | null = null): string =>
  event({ id: 'x', choices: [{ index: 0, delta, finish_reason: finish }] });

const talk = (words: readonly string[]): object[] =>
  words.flatMap((word, i) => [
    ...(i === 0 ? [] : [{ role: 'assistant', content: `answer ${i}` }]),
    { role: 'user', content: word },
  ]);

const CHAT: SpokenApi = {
  name: 'chat',
  path: '/v1/chat/completions',
  begin: chunk({ role: 'assistant', content: '' }),
  text: (content) => chunk({ content }),
  reasoning: (reasoning) => chunk({ reasoning }),
  call: (pieces) =>
    [
      { index: 0, id: 'a', type: 'function', function: { name: 'look', arguments: '' } },
      ...pieces.map((piece) => ({ index: 0, function: { arguments: piece } })),
    ]
      .map((call) => chunk({ tool_calls: [call] }))
      .join(''),
  finish: chunk({}, 'stop') + event({ id: 'x', choices: [], usage: USAGE }),
  endMark: 'data: [DONE]\n\n',
  error: (message) => event({ error: { message, type: 'InternalServerError', code: 500 } }),
  plain: (reasoning, content, args) => ({
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: content === '' ? null : content,
          reasoning: reasoning === '' ? null : reasoning,
          tool_calls:
            args === '' ? [] : [{ id: 'b', type: 'function', function: { name: 'look', arguments: args } }],
        },
        finish_reason: 'stop',
      },
    ],
    usage: USAGE,
  }),
  finishReason: 'stop',
  turns: (words) => ({ model: 'm', messages: talk(words) }),
  limit: 'max_tokens',
  gaps: {},
};

const COMPLETIONS: SpokenApi = {
  name: 'completions',
  path: '/v1/completions',
  begin: '',
  text: (text) => event({ id: 'x', choices: [{ index: 0, text, finish_reason: null }] }),
  reasoning: null,
  call: null,
  finish:
    event({ id: 'x', choices: [{ index: 0, text: '', finish_reason: 'stop' }] }) +
    event({ id: 'x', choices: [], usage: USAGE }),
  endMark: 'data: [DONE]\n\n',
  error: CHAT.error,
  plain: (_reasoning, text) => ({ choices: [{ index: 0, text, finish_reason: 'stop' }], usage: USAGE }),
  finishReason: 'stop',
  turns: null,
  limit: 'max_tokens',
  gaps: {
    reasoning: 'plain text has no reasoning of its own',
    'tool calls': 'plain text has no tools',
    conversations: 'a prompt in one text says of no earlier turn',
  },
};

const RESPONSE_USAGE = {
  input_tokens: 7,
  input_tokens_details: { cached_tokens: 2 },
  output_tokens: 3,
  total_tokens: 10,
};

const response = (reasoning: string, text: string, args: string): object => ({
  id: 'r',
  object: 'response',
  status: 'completed',
  error: null,
  incomplete_details: null,
  output: [
    ...(reasoning === ''
      ? []
      : [{ type: 'reasoning', content: [{ type: 'reasoning_text', text: reasoning }] }]),
    ...(text === ''
      ? []
      : [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text }] }]),
    ...(args === '' ? [] : [{ type: 'function_call', call_id: 'c', name: 'look', arguments: args }]),
  ],
  usage: RESPONSE_USAGE,
});

const RESPONSES: SpokenApi = {
  name: 'responses',
  path: '/v1/responses',
  begin: named({ type: 'response.created', ...{ response: { id: 'r', status: 'in_progress', output: [] } } }),
  text: (delta) => named({ type: 'response.output_text.delta', ...{ output_index: 0, delta } }),
  reasoning: (delta) => named({ type: 'response.reasoning_text.delta', ...{ output_index: 0, delta } }),
  call: (pieces) =>
    named({
      type: 'response.output_item.added',
      ...{ item: { type: 'function_call', name: 'look', arguments: '' } },
    }) +
    pieces.map((delta) => named({ type: 'response.function_call_arguments.delta', ...{ delta } })).join(''),
  finish: '',
  endMark: named({ type: 'response.completed', ...{ response: response('', 'Hello', '') } }),
  error: (message) => named({ type: 'error', ...{ code: 'server_error', message, param: null } }),
  plain: response,
  finishReason: 'completed',
  turns: (words) => ({ model: 'm', input: talk(words) }),
  limit: 'max_output_tokens',
  gaps: {
    'a clean end without the end mark': 'the end mark is the only event that says that the answer is whole',
    'one hash for streams and documents': 'the end mark has the whole document, so it is no other case',
  },
};

const block = (index: number, type: string, delta: object): string =>
  named({ type: 'content_block_delta', ...{ index, delta: { type, ...delta } } });

const MESSAGES: SpokenApi = {
  name: 'messages',
  path: '/v1/messages',
  begin: named({
    type: 'message_start',
    ...{ message: { role: 'assistant', content: [], usage: { input_tokens: 7, output_tokens: 0 } } },
  }),
  text: (text) => block(1, 'text_delta', { text }),
  reasoning: (thinking) => block(0, 'thinking_delta', { thinking }),
  call: (pieces) =>
    named({
      type: 'content_block_start',
      ...{ index: 2, content_block: { type: 'tool_use', id: 't', name: 'look', input: {} } },
    }) + pieces.map((piece) => block(2, 'input_json_delta', { partial_json: piece })).join(''),
  finish: named({
    type: 'message_delta',
    ...{
      delta: { stop_reason: 'end_turn' },
      usage: { input_tokens: 5, cache_read_input_tokens: 2, output_tokens: 3 },
    },
  }),
  endMark: named({ type: 'message_stop' }),
  error: (message) => named({ type: 'error', ...{ error: { type: 'internal_error', message } } }),
  plain: (thinking, text, args) => ({
    type: 'message',
    content: [
      { type: 'thinking', thinking },
      { type: 'text', text },
      ...(args === '' ? [] : [{ type: 'tool_use', id: 'u', name: 'look', input: JSON.parse(args) }]),
    ],
    stop_reason: 'end_turn',
    usage: { input_tokens: 5, cache_read_input_tokens: 2, output_tokens: 3 },
  }),
  finishReason: 'end_turn',
  turns: (words) => ({ model: 'm', system: 'be kind', messages: talk(words) }),
  limit: 'max_tokens',
  gaps: {},
};

export const SPOKEN: readonly SpokenApi[] = [CHAT, COMPLETIONS, RESPONSES, MESSAGES];
