import { asArray, asObject, asString, type JsonObject } from '../../model/json.ts';
import type { CallDelta, OutputPiece } from '../answers/choice-output.ts';
import {
  ENGINE_DEAD,
  invalid,
  type Problem,
  type ReadingRules,
  unparsed,
} from '../requests/generation-request.ts';
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
import { toolCallId, wholeMessage } from './chat.ts';
import { chatLogprobs } from './logprobs.ts';
import { bodyTiming } from './usage.ts';

/** OpenAI's `/v1/responses`, of vLLM 0.32's Python front end. */
export const RESPONSES: ApiFormat = {
  path: '/v1/responses',
  idPrefix: 'resp_',
  frontEnds: ['v0.32'],
  chatFields,
  events,
  body,
};

function chatFields(given: JsonObject, { toolCallParser }: ReadingRules): JsonObject | Problem {
  const { input, instructions, tools, tool_choice: choice, previous_response_id: previous } = given;
  if (input === undefined) return unparsed('input is missing', 'input');
  if (typeof input !== 'string' && !Array.isArray(input)) {
    return unparsed('input must be a string or a list', 'input');
  }
  if (typeof previous === 'string') {
    return { ...invalid(`Response with id '${previous}' not found.`, 'response_id'), status: 404 };
  }
  const format = asObject(asObject(given.text)?.format);
  const logprobs = asArray(given.include).includes('message.output_text.logprobs');
  const items = typeof input === 'string' ? [{ role: 'user', content: input }] : input.flatMap(chatMessages);
  const named = asString(asObject(choice)?.name);
  return {
    ...given,
    messages: [...(instructions ? [{ role: 'system', content: instructions }] : []), ...items],
    max_tokens: given.max_output_tokens,
    // Without a parser they are there and nothing comes of them.
    tools: toolCallParser ? tools && asArray(tools).map(chatTool) : undefined,
    tool_choice: toolCallParser ? (named === null ? choice : { function: { name: named } }) : undefined,
    response_format:
      format?.type === 'json_schema'
        ? { type: 'json_schema', json_schema: { schema: format.schema } }
        : undefined,
    reasoning_effort: asObject(given.reasoning)?.effort,
    logprobs,
    top_logprobs: logprobs ? given.top_logprobs : undefined,
  };
}

/** Items that are no messages are calls of tools and their results; what was thought is left out. */
function chatMessages(item: unknown): readonly JsonObject[] {
  const { type, role, content, name, arguments: json, output } = asObject(item) ?? {};
  if (type === 'function_call') {
    return [{ role: 'assistant', content: '', tool_calls: [{ function: { name, arguments: json } }] }];
  }
  if (type === 'function_call_output') return [{ role: 'tool', content: output }];
  return type === 'reasoning' ? [] : [{ role, content: contentText(content) }];
}

function chatTool(tool: unknown): JsonObject {
  const { name, parameters } = asObject(tool) ?? {};
  return { type: 'function', function: { name, parameters } };
}

/** The document around the output, which repeats the request; before the end it has neither usage nor timing. */
function response(facts: AnswerFacts, output: readonly object[], ended: OutputPiece | null): JsonObject {
  const { request, id, created, flags } = facts;
  const { given } = request;
  const tools = asArray(given.tools);
  const cut = ended?.finish?.reason === 'length';
  const format = asObject(asObject(given.text)?.format);
  return {
    id,
    created_at: created,
    incomplete_details: cut ? { reason: 'max_output_tokens' } : null,
    instructions: given.instructions ?? null,
    metadata: given.metadata ?? null,
    model: request.model,
    object: 'response',
    output,
    parallel_tool_calls: given.parallel_tool_calls ?? true,
    temperature: given.temperature ?? 1,
    tool_choice: tools.length === 0 ? 'none' : repeatedChoice(given.tool_choice),
    tools: tools.map(repeatedTool),
    top_p: given.top_p ?? 1,
    background: false,
    max_output_tokens: request.maxTokens ?? request.room,
    max_tool_calls: null,
    previous_response_id: null,
    prompt: null,
    reasoning: given.reasoning ?? null,
    service_tier: 'auto',
    status: ended === null ? 'in_progress' : cut ? 'incomplete' : 'completed',
    text: format === null ? null : repeatedText(format),
    top_logprobs: given.top_logprobs || null,
    truncation: 'disabled',
    usage: ended === null ? null : usage(facts, totalsOf([ended])),
    user: given.user ?? null,
    ...(ended === null || !flags.perRequestMetrics
      ? {}
      : { metrics: JSON.parse(bodyTiming(facts, [ended])) }),
    presence_penalty: given.presence_penalty ?? 0,
    frequency_penalty: given.frequency_penalty ?? 0,
    kv_transfer_params: null,
    ec_transfer_params: null,
    input_messages: null,
    output_messages: null,
  };
}

function repeatedChoice(choice: unknown): unknown {
  const { name, type } = asObject(choice) ?? {};
  return name === undefined ? (choice ?? 'auto') : { name, type };
}

const TOOL_NULLS = { allowed_callers: null, async: null, defer_loading: null };

function repeatedTool(tool: unknown): JsonObject {
  const { name, parameters, strict = null, type, description = null } = asObject(tool) ?? {};
  return { name, parameters, strict, type, ...TOOL_NULLS, description, output_schema: null };
}

function repeatedText({ name, schema, type, description = null, strict = null }: JsonObject): JsonObject {
  return { format: { name, schema, type, description, strict }, verbosity: null };
}

function usage(facts: AnswerFacts, { totalTokens, reasoningTokens }: AnswerTotals): object {
  const prompt = promptTokens(facts);
  return {
    input_tokens: prompt,
    input_tokens_details: {
      cached_tokens: facts.cachedTokens(),
      cache_write_tokens: 0,
      input_tokens_per_turn: [],
      cached_tokens_per_turn: [],
    },
    output_tokens: totalTokens,
    output_tokens_details: {
      reasoning_tokens: reasoningTokens,
      tool_output_tokens: 0,
      output_tokens_per_turn: [],
      tool_output_tokens_per_turn: [],
    },
    total_tokens: prompt + totalTokens,
  };
}

/** `logprobs` of a text: those of a chat; a stream's deltas leave the bytes out, and have a list where there are none. */
function logprobsOf({ request, dialect }: AnswerFacts, tokens: OutputPiece | null, bytes: boolean): unknown {
  if (request.logprobs === null || tokens === null) return bytes ? null : [];
  const { content } = JSON.parse(chatLogprobs(request, tokens, dialect)) as { content: JsonObject[] };
  const shown = ({ token, logprob, bytes: own }: JsonObject): JsonObject =>
    bytes ? { token, bytes: own, logprob } : { token, logprob };
  return content.map((entry) => ({
    ...shown(entry),
    top_logprobs: asArray(entry.top_logprobs).map((one) => shown(one as JsonObject)),
  }));
}

const newId = (prefix: string): string => `${prefix}_${randomHex(16)}`;

type Status = 'in_progress' | 'completed';

type TextKind = 'message' | 'reasoning';

const TEXT_TYPES: Readonly<Record<TextKind, string>> = {
  message: 'output_text',
  reasoning: 'reasoning_text',
};

function textPart(kind: TextKind, text: string, logprobs: unknown): object {
  return kind === 'message'
    ? { annotations: [], text, type: TEXT_TYPES[kind], logprobs }
    : { text, type: TEXT_TYPES[kind] };
}

/** @param part null before its text begins */
function textItem(kind: TextKind, id: string, part: object | null, status: Status | null): object {
  return kind === 'message'
    ? { id, content: part === null ? [] : [part], role: 'assistant', status, type: kind, phase: null }
    : { id, summary: [], type: kind, content: part && [part], encrypted_content: null, status };
}

function callItem(id: string, call_id: string, name: string, json: string, status: Status): object {
  const call = { arguments: json, call_id, name, type: 'function_call', id };
  return { ...call, async: null, caller: null, namespace: null, status };
}

function body(facts: AnswerFacts, pieces: readonly OutputPiece[]): string {
  const [piece] = pieces;
  if (piece === undefined) return '';
  const { text, thought, calls } = wholeMessage(facts, piece);
  const part = textPart('message', text, logprobsOf(facts, piece, true));
  const output = [
    ...(thought === null
      ? []
      : [textItem('reasoning', newId('rs'), textPart('reasoning', thought, null), null)]),
    ...(text === '' ? [] : [textItem('message', newId('msg'), part, 'completed')]),
    ...calls.map(({ id, function: { name, arguments: json } }) =>
      callItem(newId('fc'), id, name, json, 'completed'),
    ),
  ];
  return JSON.stringify(response(facts, output, piece));
}

/** One item of the output while it is streamed, with the tokens that brought its text. */
interface OpenItem {
  readonly kind: TextKind | 'call';
  readonly id: string;
  readonly call: { readonly index: number; readonly id: string; readonly name: string };
  text: string;
  tokens: OutputPiece | null;
}

const PREFIXES: Readonly<Record<OpenItem['kind'], string>> = { message: 'msg', reasoning: 'rs', call: 'fc' };
const NO_CALL = { index: -1, id: '', name: '' };

function events(facts: AnswerFacts): EventTexts {
  const output: object[] = [];
  let item: OpenItem | null = null;
  let sequence = 0;
  let last: OutputPiece | null = null;

  /** Fields are in vLLM's order, in which those of `place` are neighbours in most events. */
  const event = (fields: JsonObject): string => `event: ${fields.type}\ndata: ${JSON.stringify(fields)}\n\n`;
  const place = (): JsonObject => ({ output_index: output.length, sequence_number: sequence++ });
  const itemEvent = (type: string, whole: object): string => event({ item: whole, ...place(), type });
  const partEvent = (type: string, item_id: string, part: object): string => {
    const { output_index, sequence_number } = place();
    return event({ content_index: 0, item_id, output_index, part, sequence_number, type });
  };
  const textEvent = (
    kind: TextKind,
    step: 'delta' | 'done',
    logprobs: unknown,
    fields: JsonObject,
  ): string => {
    const { item_id, delta, text } = fields;
    const type = `response.${TEXT_TYPES[kind]}.${step}`;
    const own = kind === 'message' ? { logprobs } : {};
    return event({ content_index: 0, delta, item_id, ...own, ...place(), text, type });
  };

  /** Ends the item before, unless it is the same. */
  function open(kind: OpenItem['kind'], call: OpenItem['call']): readonly string[] {
    if (item?.kind === kind && item.call.index === call.index) return [];
    const before = close();
    const id = newId(PREFIXES[kind]);
    item = { kind, id, call, text: '', tokens: null };
    const added = 'response.output_item.added';
    if (kind === 'call') {
      return [...before, itemEvent(added, callItem(id, call.id, call.name, '', 'in_progress'))];
    }
    return [
      ...before,
      itemEvent(added, textItem(kind, id, null, 'in_progress')),
      partEvent('response.content_part.added', id, textPart(kind, '', [])),
    ];
  }

  function close(): readonly string[] {
    if (item === null) return [];
    const { kind, id: item_id, call, text, tokens } = item;
    item = null;
    const done = (whole: object): string => {
      const ended = itemEvent('response.output_item.done', whole);
      output.push(whole);
      return ended;
    };
    if (kind === 'call') {
      const type = 'response.function_call_arguments.done';
      return [
        event({ arguments: text, item_id, ...place(), type, name: call.name }),
        done(callItem(item_id, call.id, call.name, text, 'completed')),
      ];
    }
    const part = textPart(kind, text, logprobsOf(facts, tokens, true));
    return [
      textEvent(kind, 'done', [], { item_id, text }),
      partEvent('response.content_part.done', item_id, part),
      done(textItem(kind, item_id, part, 'completed')),
    ];
  }

  function written(kind: TextKind, delta: string, piece: OutputPiece): readonly string[] {
    if (delta === '') return [];
    const opened = open(kind, NO_CALL);
    if (item === null) return opened;
    const { id: item_id, tokens } = item;
    item.text += delta;
    item.tokens =
      tokens === null
        ? piece
        : { ...piece, position: tokens.position, tokens: [...tokens.tokens, ...piece.tokens] };
    return [...opened, textEvent(kind, 'delta', logprobsOf(facts, piece, false), { item_id, delta })];
  }

  function called({ call: index, name, arguments: delta }: CallDelta): readonly string[] {
    const opened = name === null ? [] : open('call', { index, id: toolCallId(facts.dialect), name });
    if (item === null || delta === '') return opened;
    item.text += delta;
    const type = 'response.function_call_arguments.delta';
    return [...opened, event({ delta, item_id: item.id, ...place(), type })];
  }

  const whole = (type: string, items: readonly object[], ended: OutputPiece | null): string =>
    event({ response: response(facts, items, ended), sequence_number: sequence++, type });

  return {
    opening: () => [whole('response.created', [], null), whole('response.in_progress', [], null)],
    first: () => [],
    piece(piece) {
      last = piece;
      return [
        ...written('reasoning', piece.reasoning, piece),
        ...written('message', piece.content, piece),
        ...piece.calls.flatMap(called),
      ];
    },
    closing: () => [...close(), whole('response.completed', output, last)],
    // As OpenAI documents it; vLLM itself breaks the connection.
    failure: () => [
      event({
        type: 'error',
        code: 'server_error',
        message: ENGINE_DEAD.message,
        param: null,
        sequence_number: sequence++,
      }),
    ],
  };
}
