import { asArray, asObject, asString, type JsonObject } from '../../model/json.ts';
import type { OutputPiece } from '../answers/choice-output.ts';
import { ENGINE_DEAD, type Problem, unparsed } from '../requests/generation-request.ts';
import { contentText } from '../requests/prompt.ts';
import {
  type AnswerFacts,
  type AnswerTotals,
  type ApiFormat,
  type EventTexts,
  promptTokens,
  randomHex,
  totalsOf,
} from './api-format.ts';
import { finishReason, toolCallId, wholeMessage } from './chat.ts';
import { cachedDetails } from './usage.ts';

/** Anthropic's `/v1/messages`, which vLLM 0.32's Python front end makes of a chat's stream. */
export const MESSAGES: ApiFormat = {
  path: '/v1/messages',
  idPrefix: 'chatcmpl-',
  frontEnds: ['v0.32'],
  chatFields,
  events,
  body,
};

function chatFields(given: JsonObject): JsonObject | Problem {
  const { system, messages, max_tokens: limit, tools, stream, thinking } = given;
  if (limit === undefined) return unparsed('max_tokens is missing', 'max_tokens');
  if (typeof limit === 'number' && limit < 1) return unparsed('max_tokens must be above 0', 'max_tokens');
  const instructions = contentText(system);
  return {
    ...given,
    messages: Array.isArray(messages)
      ? [
          ...(instructions === '' ? [] : [{ role: 'system', content: instructions }]),
          ...messages.flatMap(chatMessages),
        ]
      : messages,
    stop: given.stop_sequences,
    tools: Array.isArray(tools) ? tools.map(chatTool) : tools,
    tool_choice: chatToolChoice(asObject(given.tool_choice)),
    stream_options: stream === true ? { include_usage: true } : undefined,
    reasoning_effort: asObject(thinking)?.type === 'disabled' ? 'none' : undefined,
  };
}

/** A message's results of tools are messages of their own in a chat, its calls a field. */
function chatMessages(message: unknown): readonly JsonObject[] {
  const { role, content } = asObject(message) ?? {};
  const blocks = asArray(content).map((block) => asObject(block) ?? {});
  const results = blocks.filter(({ type }) => type === 'tool_result');
  const calls = blocks.filter(({ type }) => type === 'tool_use');
  const rest = typeof content === 'string' ? content : blocks.filter(({ type }) => type === 'text');
  const answers = results.map((result) => ({ role: 'tool', content: result.content }));
  const tool_calls = calls.map(({ name, input }) => ({
    function: { name, arguments: JSON.stringify(input ?? {}) },
  }));
  if (results.length > 0 && rest.length === 0) return answers;
  return [...answers, { role, content: rest, ...(calls.length === 0 ? {} : { tool_calls }) }];
}

function chatTool(tool: unknown): JsonObject {
  const { name, input_schema: parameters } = asObject(tool) ?? {};
  return { type: 'function', function: { name, parameters } };
}

function chatToolChoice(choice: JsonObject | null): unknown {
  if (choice === null) return undefined;
  if (choice.type === 'tool') return { type: 'function', function: { name: choice.name } };
  return choice.type === 'any' ? 'required' : choice.type;
}

/** How the end of a chat is named here, and the stop string if one ended it. */
function ending(facts: AnswerFacts, piece: OutputPiece, called: boolean) {
  const { finish } = piece;
  const matched = called ? null : asString(finish?.stopReason);
  if (finish?.reason === 'length') return { stop_reason: 'max_tokens', stop_sequence: null };
  if (matched !== null) return { stop_reason: 'stop_sequence', stop_sequence: matched };
  const uses = called || finishReason(facts, piece) === 'tool_calls';
  return { stop_reason: uses ? 'tool_use' : 'end_turn', stop_sequence: null };
}

/** Its `input_tokens` are those that came from no cache, where the server counts these. */
function usage(facts: AnswerFacts, { totalTokens }: AnswerTotals): object {
  const prompt = promptTokens(facts);
  const cached = cachedDetails(facts);
  if (cached === null) return { input_tokens: prompt, output_tokens: totalTokens };
  const { cached_tokens: read, created_cache_tokens: created = 0 } = cached;
  return {
    input_tokens: prompt - read - created,
    output_tokens: totalTokens,
    cache_creation_input_tokens: created,
    cache_read_input_tokens: read,
  };
}

type Block = { readonly type: 'text' | 'thinking' | 'tool_use'; readonly call: number };

function events(facts: AnswerFacts): EventTexts {
  let block: Block | null = null;
  let index = 0;
  let called = false;
  let last: OutputPiece | null = null;

  const event = (type: string, fields: object): string =>
    `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
  const delta = (fields: object): string => event('content_block_delta', { delta: fields, index });

  function stop(): readonly string[] {
    if (block === null) return [];
    const signature = { type: 'signature_delta', signature: randomHex(32) };
    const texts = [
      ...(block.type === 'thinking' ? [delta(signature)] : []),
      event('content_block_stop', { index }),
    ];
    block = null;
    index += 1;
    return texts;
  }

  /** Ends the block before, unless it is the same. */
  function open(next: Block, content: object): readonly string[] {
    if (block?.type === next.type && block.call === next.call) return [];
    const texts = stop();
    block = next;
    return [
      ...texts,
      event('content_block_start', { content_block: { type: next.type, ...content }, index }),
    ];
  }

  function text(type: 'text' | 'thinking', added: string): readonly string[] {
    if (added === '') return [];
    return [...open({ type, call: 0 }, { [type]: '' }), delta({ type: `${type}_delta`, [type]: added })];
  }

  return {
    opening: () => [],
    first() {
      const { id, request } = facts;
      const empty = { id, type: 'message', role: 'assistant', content: [], model: request.model };
      const usage = { input_tokens: promptTokens(facts), output_tokens: 0 };
      return [
        event('message_start', { message: { ...empty, stop_reason: null, stop_sequence: null, usage } }),
      ];
    },
    piece(piece) {
      last = piece;
      const calls = piece.calls.flatMap(({ call, name, arguments: json }) => {
        called = true;
        const use = { id: toolCallId(facts.dialect), name, input: {} };
        const begun = name === null ? [] : open({ type: 'tool_use', call }, use);
        return [...begun, ...(json === '' ? [] : [delta({ type: 'input_json_delta', partial_json: json })])];
      });
      return [...text('thinking', piece.reasoning), ...text('text', piece.content), ...calls];
    },
    closing(totals) {
      const end = last === null ? {} : ending(facts, last, called);
      return [
        ...stop(),
        event('message_delta', { delta: end, usage: usage(facts, totals) }),
        event('message_stop', {}),
      ];
    },
    failure: () => [event('error', { error: { type: 'internal_error', message: ENGINE_DEAD.message } })],
  };
}

function body(facts: AnswerFacts, pieces: readonly OutputPiece[]): string {
  const { id, request } = facts;
  const content = pieces.flatMap((piece) => {
    const { text, thought, calls } = wholeMessage(facts, piece);
    return [
      ...(thought === null ? [] : [{ type: 'thinking', thinking: thought, signature: randomHex(32) }]),
      ...(text === '' ? [] : [{ type: 'text', text }]),
      ...calls.map(({ id, function: { name, arguments: json } }) => ({
        type: 'tool_use',
        id,
        name,
        input: JSON.parse(json) as unknown,
      })),
    ];
  });
  const [piece] = pieces;
  const called = content.some(({ type }) => type === 'tool_use');
  const { stop_reason, stop_sequence } =
    piece === undefined ? { stop_reason: null, stop_sequence: null } : ending(facts, piece, called);
  return JSON.stringify({
    id,
    type: 'message',
    role: 'assistant',
    content: content.length === 0 ? [{ type: 'text', text: '' }] : content,
    model: request.model,
    stop_reason,
    // The plain answer leaves nulls out.
    stop_sequence: stop_sequence ?? undefined,
    usage: usage(facts, totalsOf(pieces)),
  });
}
