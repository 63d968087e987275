import type { JsonObject } from '../../model/json.ts';
import type { FieldType, Problem } from './problem.ts';

/** The fields that vLLM checks, in the order in which it declares them. Unknown ones are ignored. */
const SHARED: Readonly<Record<string, FieldType>> = {
  model: 'string',
  frequency_penalty: 'float',
  logit_bias: 'object',
  max_tokens: 'int',
  n: 'int',
  presence_penalty: 'float',
  seed: 'int',
  stop: 'string or strings',
  stream: 'bool',
  stream_options: 'object',
  temperature: 'float',
  top_p: 'float',
  top_k: 'int',
  min_p: 'float',
  repetition_penalty: 'float',
  stop_token_ids: 'list of ints',
  include_stop_str_in_output: 'bool',
  ignore_eos: 'bool',
  min_tokens: 'int',
  prompt_logprobs: 'int',
  echo: 'bool',
  response_format: 'object',
  priority: 'int',
  request_id: 'string',
  return_tokens_as_token_ids: 'bool',
  return_token_ids: 'bool',
  cache_salt: 'string',
  stream_interval: 'positive int',
};

const FIELDS: Readonly<Record<'chat' | 'completions', Readonly<Record<string, FieldType>>>> = {
  chat: {
    messages: 'list',
    ...SHARED,
    logprobs: 'bool',
    top_logprobs: 'int',
    max_completion_tokens: 'int',
    tools: 'list',
    parallel_tool_calls: 'bool',
    include_reasoning: 'bool',
    chat_template_kwargs: 'object',
    add_generation_prompt: 'bool',
    continue_final_message: 'bool',
  },
  completions: { prompt: 'prompt', ...SHARED, logprobs: 'int', suffix: 'string' },
};

/**
 * Finds the fields whose values have another type than declared.
 * @param strict as serde is: no number written as a text, no truth as 1. Pydantic takes those.
 * @param text of the body, carried along for the words
 */
export function wrongTypes(
  api: 'chat' | 'completions',
  body: JsonObject,
  strict: boolean,
  text: string,
): Problem[] {
  const problems: Problem[] = [];
  for (const [field, type] of Object.entries(FIELDS[api])) {
    const value = body[field];
    if (value === undefined || value === null) continue;
    for (const { at, wanted, found } of mismatches(value, type, strict)) {
      problems.push({ kind: 'wrong type', path: [field, ...at], type: wanted, value: found, text });
    }
  }
  return problems;
}

interface Mismatch {
  readonly at: readonly number[];
  readonly wanted: FieldType;
  readonly found: unknown;
}

function mismatches(value: unknown, type: FieldType, strict: boolean): readonly Mismatch[] {
  const wrong = (ok: boolean): Mismatch[] => (ok ? [] : [{ at: [], wanted: type, found: value }]);
  switch (type) {
    case 'list of ints': {
      if (!Array.isArray(value)) return [{ at: [], wanted: 'list', found: value }];
      const bad = value.findIndex((entry) => readInt(entry, strict) === null);
      return bad === -1 ? [] : [{ at: [bad], wanted: 'int', found: value[bad] }];
    }
    case 'string or strings':
      return wrong(typeof value === 'string' || (Array.isArray(value) && value.every(isString)));
    case 'prompt':
      // The Rust front end takes no lists of prompts.
      return wrong(isString(value) || isIds(value) || (!strict && isPromptList(value)));
    default:
      return wrong(TESTS[type](value, strict));
  }
}

const TESTS: Readonly<
  Record<
    Exclude<FieldType, 'list of ints' | 'string or strings' | 'prompt'>,
    (value: unknown, strict: boolean) => boolean
  >
> = {
  int: (value, strict) => readInt(value, strict) !== null,
  'positive int': (value, strict) => (readInt(value, strict) ?? 0) >= 1,
  float: (value, strict) => readFloat(value, strict) !== null,
  bool: (value, strict) => readBool(value, strict) !== null,
  string: isString,
  list: Array.isArray,
  object: (value) => typeof value === 'object' && !Array.isArray(value),
};

function isString(value: unknown): value is string {
  return typeof value === 'string';
}

function isIds(value: unknown): boolean {
  return Array.isArray(value) && value.every(Number.isInteger);
}

function isPromptList(value: unknown): boolean {
  return Array.isArray(value) && (value.every(isString) || value.every(isIds));
}

/** A field's whole number, null when it is none. */
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

const TRUTHS: Readonly<Record<string, boolean>> = {
  true: true,
  t: true,
  yes: true,
  y: true,
  on: true,
  1: true,
  false: false,
  f: false,
  no: false,
  n: false,
  off: false,
  0: false,
};

/** A field's truth, null when it is none. */
export function readBool(value: unknown, strict: boolean): boolean | null {
  if (typeof value === 'boolean') return value;
  if (strict || (typeof value !== 'string' && typeof value !== 'number')) return null;
  return TRUTHS[String(value).toLowerCase()] ?? null;
}
