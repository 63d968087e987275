import { asArray, asObject, asString, type JsonObject, parseObject } from '../../chat/json.ts';
import { readBool, readFloat, readInt, wrongTypes } from './fields.ts';
import type { Problem } from './problem.ts';
import { chatPrompt, contentText, type Prompt, plainPrompts } from './prompt.ts';
import { checkTools, type ToolUse } from './tool-use.ts';

export type Api = 'chat' | 'completions';

/** A request that the stand-in will answer. */
export interface GenerationRequest {
  readonly api: Api;
  readonly model: string;
  /** At least one; a chat has exactly one. */
  readonly prompts: readonly Prompt[];
  readonly n: number;
  /** As asked, or the room that the context leaves where less; null when nothing was asked. */
  readonly maxTokens: number | null;
  /** Tokens that the context leaves for an answer to the longest prompt. */
  readonly room: number;
  readonly minTokens: number;
  readonly ignoreEos: boolean;
  readonly stop: readonly string[];
  readonly stopTokenIds: readonly number[];
  readonly includeStop: boolean;
  readonly seed: number | null;
  /** How many alternatives to each token are told; null when no probabilities are. */
  readonly logprobs: number | null;
  readonly promptLogprobs: number | null;
  readonly tokensAsIds: boolean;
  readonly returnTokenIds: boolean;
  readonly returnPromptText: boolean;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  readonly continuousUsage: boolean;
  readonly streamInterval: number;
  readonly cacheSalt: string;
  /** Text that the answer repeats before its own; '' for none. */
  readonly echo: string;
  /** Nothing but the echo was asked for. */
  readonly echoOnly: boolean;
  readonly tools: ToolUse | null;
  /** The schema that the answer's JSON must follow; null when it may be any text. */
  readonly schema: unknown;
  /** Whether the model should think first, as the request says; null when it does not say. */
  readonly thinking: boolean | null;
  readonly includeReasoning: boolean;
  /** From the body; the header wins. */
  readonly requestId: string | null;
}

/** What reading a request needs to know of the server. */
export interface ReadingRules {
  readonly model: string;
  readonly maxModelLen: number;
  readonly dialect: 'v0.8.5' | 'v0.32' | 'rust';
  /** The answer's id, should the words of a refusal name it. */
  readonly answerId: string;
}

/** vLLM's default for the plain completions' limit. */
const COMPLETIONS_MAX_TOKENS = 16;
/** `--max-logprobs`. */
const MAX_LOGPROBS = 20;
/** Characters of one token at most: what 0.32 multiplies the context length with before it cuts a text. */
const CHARACTERS_PER_TOKEN = 128;

/**
 * Reads and checks a request body in vLLM's order: JSON, fields, model, length.
 * @returns the request, or at least one reason to refuse it
 */
export function readGenerationRequest(
  api: Api,
  text: string,
  rules: ReadingRules,
): GenerationRequest | readonly Problem[] {
  const body = parseObject(text);
  if (body === null) return [unreadableBody(text)];
  const strict = rules.dialect === 'rust';
  const missing = missingField(api, body, strict, text);
  const wrong = [...(missing === null ? [] : [missing]), ...wrongTypes(api, body, strict, text)];
  if (wrong.length > 0) return wrong;
  const problem = checkFields(api, body, rules, text);
  if (problem !== null) return [problem];
  const tools = api === 'chat' ? checkTools(body, rules.dialect, text) : null;
  if (tools !== null && 'kind' in tools) return [tools];
  if (typeof body.model === 'string' && body.model !== '' && body.model !== rules.model) {
    return [{ kind: 'unknown model', model: body.model, served: rules.model }];
  }
  const prompts =
    api === 'chat' ? [chatPrompt(asArray(body.messages), asArray(body.tools))] : plainPrompts(body.prompt);
  const request = gather(api, body, prompts, tools, rules);
  const tooLong = checkLength(request, body, rules);
  return tooLong === null ? request : [tooLong];
}

/** Why a body is no JSON object. */
export function unreadableBody(text: string): Problem {
  if (text === '') return { kind: 'no body' };
  try {
    return { kind: 'no object', value: JSON.parse(text), text };
  } catch {
    return { kind: 'bad json', text };
  }
}

function missingField(api: Api, body: JsonObject, strict: boolean, text: string): Problem | null {
  const field = api === 'chat' ? 'messages' : 'prompt';
  if (body[field] !== undefined && body[field] !== null) return null;
  // The Python front end may get embeddings instead of a prompt, and says so in words of its own.
  if (api === 'completions' && !strict) return { kind: 'empty prompt', list: false, requestId: '' };
  return { kind: 'missing field', fields: [field], text, body };
}

function gather(
  api: Api,
  body: JsonObject,
  prompts: readonly Prompt[],
  tools: ToolUse | null,
  { model, maxModelLen, dialect }: ReadingRules,
): GenerationRequest {
  const strict = dialect === 'rust';
  const int = (field: string): number | null => readInt(body[field], strict);
  const truth = (field: string): boolean => readBool(body[field], strict) ?? false;
  const asked = int('max_completion_tokens') ?? int('max_tokens');
  const room = maxModelLen - Math.max(...prompts.map(({ tokens }) => tokens.length));
  const echo = truth('echo');
  // 0 with an echo asks for the prompt's own figures; vLLM generates one token nonetheless.
  const limit =
    asked ?? (api === 'completions' && body.max_tokens === undefined ? COMPLETIONS_MAX_TOKENS : null);
  const options = asObject(body.stream_options) ?? {};
  const includeUsage =
    readBool(options.include_usage, strict) ?? (dialect === 'v0.8.5' && 'stream_options' in body);
  const logprobs = api === 'chat' ? (truth('logprobs') ? (int('top_logprobs') ?? 0) : null) : int('logprobs');
  return {
    api,
    model,
    prompts,
    n: int('n') ?? 1,
    maxTokens: limit === null ? null : Math.max(1, Math.min(limit, room)),
    room,
    minTokens: int('min_tokens') ?? 0,
    ignoreEos: truth('ignore_eos'),
    stop: typeof body.stop === 'string' ? [body.stop] : asArray(body.stop).map(String),
    stopTokenIds: asArray(body.stop_token_ids) as number[],
    includeStop: truth('include_stop_str_in_output'),
    seed: int('seed'),
    logprobs: logprobs === -1 ? MAX_LOGPROBS : logprobs,
    promptLogprobs: int('prompt_logprobs') ?? (echo ? echoedLogprobs(api, body, logprobs) : null),
    tokensAsIds: truth('return_tokens_as_token_ids'),
    returnTokenIds: dialect !== 'v0.8.5' && truth('return_token_ids'),
    returnPromptText: dialect === 'v0.32' && truth('return_prompt_text'),
    stream: truth('stream'),
    includeUsage,
    continuousUsage: includeUsage && (readBool(options.continuous_usage_stats, strict) ?? false),
    streamInterval: dialect === 'v0.8.5' ? 1 : (int('stream_interval') ?? 1),
    // Chat requests of 0.8.5 have no such field.
    cacheSalt: dialect === 'v0.8.5' ? '' : (asString(body.cache_salt) ?? ''),
    echo: echo ? echoed(api, body, prompts) : '',
    echoOnly: echo && asked === 0,
    tools,
    schema: schemaOf(body),
    thinking: thinkingOf(body),
    includeReasoning: readBool(body.include_reasoning, strict) ?? true,
    requestId: asString(body.request_id),
  };
}

/** With an echo the prompt's probabilities come along: a chat's unasked, with as many alternatives as the answer's. */
function echoedLogprobs(api: Api, body: JsonObject, logprobs: number | null): number | null {
  return api === 'chat' ? (readInt(body.top_logprobs, false) ?? 0) : logprobs;
}

/** A chat repeats its last message when the answer goes on with it; a plain completion its prompt. */
function echoed(api: Api, body: JsonObject, prompts: readonly Prompt[]): string {
  if (api === 'completions') return prompts[0]?.text ?? '';
  const last = asObject(asArray(body.messages).at(-1));
  return last?.role === 'assistant' ? contentText(last.content) : '';
}

/** What the stand-in writes where any JSON object will do. */
const ANY_OBJECT = {
  type: 'object',
  properties: {
    answer: { type: 'string' },
    score: { type: 'integer', minimum: 0, maximum: 10 },
    tags: { type: 'array', items: { type: 'string' } },
  },
  required: ['answer', 'score', 'tags'],
};

function schemaOf(body: JsonObject): unknown {
  const format = asObject(body.response_format);
  if (format?.type === 'json_object') return ANY_OBJECT;
  if (format?.type === 'json_schema') return asObject(format.json_schema)?.schema ?? {};
  const { json, json_object: any } = asObject(body.structured_outputs) ?? {};
  return json ?? body.guided_json ?? (any === true ? ANY_OBJECT : null);
}

function thinkingOf(body: JsonObject): boolean | null {
  const { enable_thinking: enabled, thinking } = asObject(body.chat_template_kwargs) ?? {};
  const said = enabled ?? thinking;
  if (typeof said === 'boolean') return said;
  const effort = asString(body.reasoning_effort);
  return effort === null ? null : effort !== 'none';
}

/** Everything about single fields but their types. */
function checkFields(api: Api, body: JsonObject, rules: ReadingRules, text: string): Problem | null {
  const { dialect, answerId } = rules;
  const strict = dialect === 'rust';
  const int = (field: string): number | null => readInt(body[field], strict);
  if (body.stream_options && readBool(body.stream, strict) !== true) {
    return { kind: 'stream options without stream', api };
  }
  if (api === 'chat' && asArray(body.messages).length === 0) return { kind: 'empty messages' };
  if (api === 'completions' && emptyPrompt(body.prompt)) {
    return { kind: 'empty prompt', list: Array.isArray(body.prompt), requestId: answerId };
  }
  if (dialect !== 'v0.8.5' && body.cache_salt === '') return { kind: 'empty cache salt' };
  const range = outOfRange(api, body, strict, dialect);
  if (range !== null) return range;
  const [min, max] = [int('min_tokens') ?? 0, int('max_completion_tokens') ?? int('max_tokens')];
  if (max !== null && min > max) return { kind: 'min over max tokens', min, max };
  const top = int('top_logprobs') ?? 0;
  if (api === 'chat' && top !== 0 && readBool(body.logprobs, strict) !== true) {
    return { kind: 'top logprobs without logprobs' };
  }
  const most = Math.max(top, api === 'completions' ? (int('logprobs') ?? 0) : 0);
  if (most > MAX_LOGPROBS) return { kind: 'too many logprobs', value: most };
  const prompt = int('prompt_logprobs') ?? 0;
  if (prompt !== 0 && readBool(body.stream, strict) === true) return { kind: 'prompt logprobs of a stream' };
  const stops = typeof body.stop === 'string' ? [body.stop] : asArray(body.stop);
  if (stops.includes('')) return { kind: 'empty stop string' };
  const n = int('n') ?? 1;
  if (n > 1 && strict) return { kind: 'more than one choice' };
  if (n > 1 && readFloat(body.temperature, strict) === 0) return { kind: 'greedy choices', n };
  return checkFormat(body, text);
}

const FORMATS = ['text', 'json_object', 'json_schema', 'structural_tag'];

function checkFormat(body: JsonObject, text: string): Problem | null {
  const format = asObject(body.response_format);
  if (format === null) return null;
  if (!FORMATS.includes(String(format.type))) {
    return {
      kind: 'unknown variant',
      path: ['response_format', 'type'],
      allowed: FORMATS,
      value: format.type,
      text,
    };
  }
  const bare = format.type === 'json_schema' && asObject(format.json_schema) === null;
  return bare ? { kind: 'no json schema', text } : null;
}

function emptyPrompt(prompt: unknown): boolean {
  return prompt === '' || (Array.isArray(prompt) && (prompt.length === 0 || prompt.includes('')));
}

/** Inclusive bounds by field; `top_p` must also be above 0. */
const RANGES = {
  max_tokens: [1, Number.POSITIVE_INFINITY],
  max_completion_tokens: [1, Number.POSITIVE_INFINITY],
  min_tokens: [0, Number.POSITIVE_INFINITY],
  n: [1, 16_384],
  temperature: [0, 2],
  top_p: [0, 1],
  min_p: [0, 1],
  top_k: [-1, Number.POSITIVE_INFINITY],
  presence_penalty: [-2, 2],
  frequency_penalty: [-2, 2],
  top_logprobs: [-1, Number.POSITIVE_INFINITY],
  prompt_logprobs: [-1, Number.POSITIVE_INFINITY],
} as const;

function outOfRange(
  api: Api,
  body: JsonObject,
  strict: boolean,
  dialect: ReadingRules['dialect'],
): Problem | null {
  for (const [field, [low, high]] of Object.entries(RANGES)) {
    const value = readFloat(body[field], strict);
    if (value === null) continue;
    // 0.8.5 takes any temperature from 0 on; a limit of 0 with an echo is for the prompt's own figures.
    const top = field === 'temperature' && dialect === 'v0.8.5' ? Number.POSITIVE_INFINITY : high;
    const zero = api === 'completions' && field === 'max_tokens' && value === 0 && body.echo === true;
    const open = field === 'top_p' && value === 0;
    if (!zero && (value < low || value > top || open)) {
      return { kind: 'out of range', field: field as keyof typeof RANGES, value };
    }
  }
  return null;
}

function checkLength(
  { prompts, maxTokens, room }: GenerationRequest,
  body: JsonObject,
  { maxModelLen, dialect }: ReadingRules,
): Problem | null {
  const promptTokens = maxModelLen - room;
  if (dialect === 'v0.8.5') {
    const asked = readInt(body.max_completion_tokens, false) ?? readInt(body.max_tokens, false);
    const limit = asked ?? maxTokens;
    return (limit === null ? room < 1 : limit > room)
      ? { kind: 'too long', promptTokens, maxTokens: limit, maxModelLen }
      : null;
  }
  if (dialect === 'v0.32') {
    const field =
      readInt(body.max_completion_tokens, false) === null ? 'max_tokens' : 'max_completion_tokens';
    const value = readInt(body[field], false) ?? 0;
    if (value > maxModelLen) return { kind: 'limit over context', field, value, maxModelLen };
    const characters = Math.max(...prompts.map(({ text }) => text.length));
    if (characters > maxModelLen * CHARACTERS_PER_TOKEN) {
      return { kind: 'far too long', characters, promptTokens, maxModelLen };
    }
  }
  // A prompt that fills the context to the last token leaves no room for the one token that is always generated.
  if (dialect === 'v0.32' && room === 0) return { kind: 'out of range', field: 'max_tokens', value: 0 };
  return room < 1 ? { kind: 'too long', promptTokens, maxTokens: null, maxModelLen } : null;
}
