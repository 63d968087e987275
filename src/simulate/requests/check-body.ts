import { asArray, asObject, type JsonObject } from '../../model/json.ts';
import { type BodyKind, invalid, type Problem, type ReadingRules, unparsed } from './generation-request.ts';

/** `--max-logprobs`. */
export const MAX_LOGPROBS = 20;

/** How the value of one field must be. */
interface Field {
  /** For the message: `a whole number`. */
  readonly what: string;
  readonly holds: (value: unknown, strict: boolean) => boolean;
  /** Inclusive bounds of a number. */
  readonly from?: number;
  readonly to?: number;
  /** The lower bound is not allowed itself. */
  readonly open?: true;
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isIds = (value: unknown): boolean => Array.isArray(value) && value.every(Number.isInteger);

const TEXT: Field = { what: 'a string', holds: isText };
const TRUTH: Field = { what: 'true or false', holds: (value, strict) => readBool(value, strict) !== null };
const LIST: Field = { what: 'a list', holds: Array.isArray };
const OBJECT: Field = {
  what: 'an object',
  holds: (value) => typeof value === 'object' && !Array.isArray(value),
};
const INT: Field = { what: 'a whole number', holds: (value, strict) => readInt(value, strict) !== null };
const FLOAT: Field = { what: 'a number', holds: (value, strict) => readFloat(value, strict) !== null };
const int = (from: number, to = Number.POSITIVE_INFINITY): Field => ({ ...INT, from, to });
const float = (from: number, to = Number.POSITIVE_INFINITY): Field => ({ ...FLOAT, from, to });

const STOP: Field = {
  what: 'a string or a list of strings',
  holds: (value) => isText(value) || (Array.isArray(value) && value.every(isText)),
};
const INTS: Field = {
  what: 'a list of whole numbers',
  holds: (value, strict) => Array.isArray(value) && value.every((one) => readInt(one, strict) !== null),
};
const INTERVAL: Field = {
  what: 'a whole number above 0',
  holds: (value, strict) => (readInt(value, strict) ?? 0) >= 1,
};
const PROMPT: Field = {
  what: 'a text or token ids',
  // The Rust front end takes no lists of prompts.
  holds: (value, strict) =>
    isText(value) ||
    isIds(value) ||
    (!strict && Array.isArray(value) && (value.every(isText) || value.every(isIds))),
};

// biome-ignore format: fields of a kind a line
/** The fields that vLLM checks; others are ignored. */
const SHARED: Readonly<Record<string, Field>> = {
  model: TEXT, request_id: TEXT, cache_salt: TEXT,
  stream: TRUTH, include_stop_str_in_output: TRUTH, ignore_eos: TRUTH, return_token_ids: TRUTH,
  stream_options: OBJECT, response_format: OBJECT, logit_bias: OBJECT,
  max_tokens: int(1), min_tokens: int(0), n: int(1, 16_384), top_k: int(-1), prompt_logprobs: int(-1), seed: INT, priority: INT,
  temperature: float(0, 2), top_p: { ...float(0, 1), open: true }, min_p: float(0, 1),
  frequency_penalty: float(-2, 2), presence_penalty: float(-2, 2), repetition_penalty: { ...float(0), open: true },
  stop: STOP, stop_token_ids: INTS, stream_interval: INTERVAL,
};

// biome-ignore format: fields of a kind a line
const FIELDS: Readonly<Record<Body['api'], Readonly<Record<string, Field>>>> = {
  chat: {
    messages: LIST, tools: LIST, chat_template_kwargs: OBJECT, ...SHARED,
    logprobs: TRUTH, parallel_tool_calls: TRUTH, include_reasoning: TRUTH, add_generation_prompt: TRUTH, continue_final_message: TRUTH,
    top_logprobs: int(-1), max_completion_tokens: int(1),
  },
  completions: { prompt: PROMPT, ...SHARED, logprobs: int(-1), suffix: TEXT },
};

/** A rule that more than the type of one field decides. It is found while parsing: never, by all front ends, or by Rust. */
type Rule = readonly [
  param: string,
  message: string,
  broken: (body: Body) => boolean,
  parsing?: 'all' | 'rust',
];

const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];
const FORMATS = ['text', 'json_object', 'json_schema', 'structural_tag'];

// biome-ignore format: a rule a line
const RULES: readonly Rule[] = [
  ['stream_options', 'stream_options needs stream: true', ({ fields, truth }) => Boolean(fields.stream_options) && !truth('stream')],
  ['messages', 'messages must not be empty', ({ api, fields }) => api === 'chat' && asArray(fields.messages).length === 0],
  ['prompt', 'prompt must not be empty', ({ api, fields }) => api === 'completions' && isEmptyPrompt(fields.prompt)],
  ['continue_final_message', 'continue_final_message and add_generation_prompt exclude each other', ({ api, truth }) => api === 'chat' && truth('continue_final_message') && truth('add_generation_prompt')],
  ['suffix', 'suffix is not supported', ({ api, fields }) => api === 'completions' && Boolean(fields.suffix)],
  ['cache_salt', 'cache_salt must not be empty', ({ fields, rules }) => rules.dialect !== 'v0.8.5' && fields.cache_salt === ''],
  ['min_tokens', 'min_tokens must not be above max_tokens', ({ int, limit }) => limit !== null && (int('min_tokens') ?? 0) > limit],
  ['top_logprobs', 'top_logprobs needs logprobs: true', ({ api, int, truth }) => api === 'chat' && (int('top_logprobs') ?? 0) !== 0 && !truth('logprobs')],
  ['logprobs', `at most ${MAX_LOGPROBS} log probabilities can be asked for`, ({ api, int }) => Math.max(int('top_logprobs') ?? 0, (api === 'completions' && int('logprobs')) || 0) > MAX_LOGPROBS],
  ['prompt_logprobs', 'prompt_logprobs is not available with stream: true', ({ int, truth }) => (int('prompt_logprobs') ?? 0) !== 0 && truth('stream')],
  ['stop', 'a stop string must not be empty', ({ fields }) => fields.stop === '' || asArray(fields.stop).includes('')],
  ['n', 'only n: 1 is supported', ({ int, rules }) => rules.dialect === 'rust' && (int('n') ?? 1) > 1],
  ['n', 'n must be 1 at temperature 0', ({ int, float }) => (int('n') ?? 1) > 1 && float('temperature') === 0],
  ['allowed_token_ids', 'allowed_token_ids must not be empty', ({ fields: { allowed_token_ids: ids } }) => Array.isArray(ids) && ids.length === 0],
  ['logit_bias', 'the keys of logit_bias must be token ids', ({ fields }) => Object.keys(asObject(fields.logit_bias) ?? {}).some((key) => !/^\d+$/.test(key))],
  ['response_format', `the type of response_format must be one of ${FORMATS.join(', ')}`, ({ fields: { response_format: format } }) => asObject(format) !== null && !FORMATS.includes(String(asObject(format)?.type)), 'all'],
  ['response_format', 'response_format of type json_schema needs a json_schema', ({ fields: { response_format: format } }) => asObject(format)?.type === 'json_schema' && asObject(asObject(format)?.json_schema) === null, 'rust'],
  // 0.8.5 does not know the field.
  ['reasoning_effort', `reasoning_effort must be one of ${EFFORTS.join(', ')}`, ({ api, fields: { reasoning_effort: effort }, rules }) => api === 'chat' && rules.dialect !== 'v0.8.5' && isText(effort) && !EFFORTS.includes(effort), 'all'],
];

/** The first of everything that can be wrong with a body's fields, one by one and together. */
export function checkBody(body: Body): Problem | null {
  return missingField(body) ?? wrongType(body) ?? outOfRange(body) ?? brokenRule(body);
}

function missingField({ api, fields, rules }: Body): Problem | null {
  const field = api === 'chat' ? 'messages' : 'prompt';
  if (fields[field] !== undefined && fields[field] !== null) return null;
  const message = `${field} is missing`;
  // The Python front end could get embeddings instead of a prompt, so parsing does not find it.
  return api === 'completions' && rules.dialect !== 'rust'
    ? invalid(message, field)
    : unparsed(message, field);
}

function wrongType({ api, fields, rules }: Body): Problem | null {
  for (const [name, { what, holds }] of Object.entries(FIELDS[api])) {
    const value = fields[name];
    if (value === undefined || value === null || holds(value, rules.dialect === 'rust')) continue;
    return unparsed(`${name} must be ${what}, not ${shown(value)}`, name);
  }
  return null;
}

function outOfRange({ api, fields, float, rules }: Body): Problem | null {
  for (const [name, { from, to = 0, open }] of Object.entries(FIELDS[api])) {
    const value = from === undefined ? null : float(name);
    if (from === undefined || value === null) continue;
    // 0.8.5 takes any temperature from 0 on; a limit of 0 with an echo is one that all take.
    const most = name === 'temperature' && rules.dialect === 'v0.8.5' ? Number.POSITIVE_INFINITY : to;
    const zero = api === 'completions' && name === 'max_tokens' && value === 0 && fields.echo === true;
    if (zero || (value >= from && value <= most && !(open && value === from))) continue;
    const least = open ? `above ${from}` : `at least ${from}`;
    const bounds = Number.isFinite(most) ? `${least} and at most ${most}` : least;
    return invalid(`${name} must be ${bounds}, not ${value}`, name);
  }
  return null;
}

function brokenRule(body: Body): Problem | null {
  const rule = RULES.find(([, , broken]) => broken(body));
  if (rule === undefined) return null;
  const [param, message, , parsing] = rule;
  const found = parsing === 'all' || (parsing === 'rust' && body.rules.dialect === 'rust');
  return found ? unparsed(message, param) : invalid(message, param);
}

function isEmptyPrompt(prompt: unknown): boolean {
  if (!Array.isArray(prompt)) return prompt === '';
  return prompt.length === 0 || prompt.some((one) => one === '' || (Array.isArray(one) && one.length === 0));
}

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** vLLM's default for the plain completions' limit. */
const COMPLETIONS_MAX_TOKENS = 16;

/** A request's body whose fields have the declared types, and the ways to read them. */
export function createBody(api: BodyKind, fields: JsonObject, rules: ReadingRules) {
  const strict = rules.dialect === 'rust';
  const int = (field: string): number | null => readInt(fields[field], strict);
  const usual = api === 'completions' && fields.max_tokens === undefined ? COMPLETIONS_MAX_TOKENS : null;
  return {
    api,
    fields,
    rules,
    int,
    float: (field: string): number | null => readFloat(fields[field], strict),
    /** False where the field is missing. */
    truth: (field: string): boolean => readBool(fields[field], strict) ?? false,
    /** The limit of the answer's length, as it was asked for or, for a plain completion, by default. */
    limit: int('max_completion_tokens') ?? int('max_tokens') ?? usual,
  };
}

export type Body = ReturnType<typeof createBody>;

/**
 * A field's whole number, null when it is none.
 * @param strict as serde is: no number written as a text, no truth as 1. Pydantic takes those.
 */
export function readInt(value: unknown, strict: boolean): number | null {
  const number = readFloat(value, strict);
  return number !== null && Number.isInteger(number) ? number : null;
}

/** A field's number, null when it is none. */
export function readFloat(value: unknown, strict: boolean): number | null {
  if (typeof value === 'number') return value;
  if (strict) return null;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value !== 'string' || value.trim() === '') return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

const TRUE = ['true', 't', 'yes', 'y', 'on', '1'];
const FALSE = ['false', 'f', 'no', 'n', 'off', '0'];

/** A field's truth, null when it is none. */
export function readBool(value: unknown, strict: boolean): boolean | null {
  if (typeof value === 'boolean') return value;
  if (strict || (typeof value !== 'string' && typeof value !== 'number')) return null;
  const word = String(value).toLowerCase();
  return TRUE.includes(word) ? true : FALSE.includes(word) ? false : null;
}
