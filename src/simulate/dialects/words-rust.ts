import { jsonFault, serdePath, serdePlace, valueEnd } from '../requests/json-fault.ts';
import type { FieldType, Problem } from '../requests/problem.ts';
import type { Refusal } from './dialect.ts';

/** `{"error":{message,type,param,code}}` with a code in words. */
export function refusalRust(problems: readonly Problem[]): Refusal {
  const first = earliest(problems);
  if (first === undefined) return error(400, 'invalid request');
  switch (first.kind) {
    case 'unauthorized':
      return { status: 401, contentType: 'application/json', body: '{"error":"Unauthorized"}' };
    case 'body too large':
      return error(400, 'Failed to buffer the request body: length limit exceeded', 'json_parse_error');
    case 'media type':
      return error(400, 'Expected request with `Content-Type: application/json`', 'json_parse_error');
    case 'no body':
      return unparsed('EOF while parsing a value at line 1 column 0', '');
    case 'bad json': {
      const { path, message } = jsonFault(first.text)?.serde ?? { path: '', message: 'expected value' };
      return unparsed(message, path);
    }
    case 'no object':
    case 'missing field':
    case 'wrong type':
    case 'unknown variant':
    case 'unknown tool choice':
    case 'no json schema':
      return error(
        400,
        `Failed to deserialize the JSON body into the target type: ${shapeMessage(first)}`,
        'json_parse_error',
      );
    case 'unknown model':
      return error(404, `The model \`${first.model}\` does not exist.`, 'model_not_found', 'model');
    case 'on demand': {
      const kind = first.status >= 500 ? 'server_error' : 'invalid_request_error';
      return error(first.status, 'A fault that the simulator was told to make.', kind, null, kind);
    }
    case 'queue full':
      return error(503, BUSY, 'server_error', null, 'server_error');
    case 'engine dead':
      return error(
        500,
        `failed to collect ${first.api === 'chat' ? 'chat completion' : 'completion'} response: engine-core error: engine core reported fatal failure`,
        'server_error',
        null,
        'server_error',
      );
    default:
      return error(400, ...checkWords(first));
  }
}

const BUSY =
  'The engine is currently busy and cannot accept new requests. Please try again later or on a different instance.';

/** serde reads once from the front, so the fault that comes first in the text is the one it tells. */
function earliest(problems: readonly Problem[]): Problem | undefined {
  const place = (problem: Problem): number =>
    problem.kind === 'wrong type' ? valueEnd(problem.text, problem.path) : Number.POSITIVE_INFINITY;
  return [...problems].sort((a, b) => place(a) - place(b))[0];
}

function error(
  status: number,
  message: string,
  code = 'invalid_request_error',
  param: string | null = null,
  type = 'invalid_request_error',
): Refusal {
  return {
    status,
    contentType: 'application/json',
    body: JSON.stringify({ error: { message, type, param, code } }),
  };
}

function unparsed(message: string, path: string): Refusal {
  const where = path === '' ? '' : `${path}: `;
  return error(400, `Failed to parse the request body as JSON: ${where}${message}`, 'json_parse_error');
}

type ShapeProblem = Extract<
  Problem,
  {
    kind:
      | 'no object'
      | 'missing field'
      | 'wrong type'
      | 'unknown variant'
      | 'unknown tool choice'
      | 'no json schema';
  }
>;

/** A body that is JSON but not of the expected shape. */
function shapeMessage(problem: ShapeProblem): string {
  const { text } = problem;
  const at = (path: readonly (string | number)[]): string => serdePlace(text, valueEnd(text, path));
  switch (problem.kind) {
    case 'no object':
      return Array.isArray(problem.value)
        ? `invalid length ${problem.value.length}, expected struct ChatCompletionRequest with 63 elements${at([])}`
        : `invalid type: ${described(problem.value)}, expected struct ChatCompletionRequest${at([])}`;
    case 'missing field':
      return problem.fields.length > 1
        ? 'data did not match any variant of untagged enum TokenizeRequest'
        : `missing field \`${problem.fields[0]}\`${at([])}`;
    case 'unknown variant': {
      const allowed = problem.allowed.map((word) => `\`${word}\``).join(', ');
      const label = problem.allowed.length > 2 ? `one of ${allowed}` : allowed.replace(', ', ' or ');
      return `${serdePath(problem.path)}: unknown variant \`${problem.value}\`, expected ${label}${at(problem.path)}`;
    }
    case 'unknown tool choice':
      return `tool_choice: data did not match any variant of untagged enum ToolChoice${at(['tool_choice'])}`;
    case 'no json schema':
      return `response_format: missing field \`json_schema\`${at(['response_format'])}`;
    case 'wrong type':
      return `${serdePath(problem.path)}: ${mismatch(problem.type, problem.value)}${at(problem.path)}`;
  }
}

const EXPECTED: Readonly<Record<FieldType, string>> = {
  int: 'u32',
  'positive int': 'a nonzero u32',
  float: 'f32',
  bool: 'a boolean',
  string: 'a string',
  list: 'a sequence',
  'list of ints': 'a sequence',
  object: 'a map',
  'string or strings': 'StringOrArray',
  prompt: 'Prompt',
};

function mismatch(type: FieldType, value: unknown): string {
  if (type === 'string or strings' || type === 'prompt') {
    return `data did not match any variant of untagged enum ${EXPECTED[type]}`;
  }
  const whole = typeof value === 'number' && Number.isInteger(value) && type !== 'string';
  const kind = whole && (type === 'int' || type === 'positive int') ? 'invalid value' : 'invalid type';
  return `${kind}: ${described(value)}, expected ${EXPECTED[type]}`;
}

/** A value as serde names what it did not expect. */
function described(value: unknown): string {
  if (typeof value === 'string') return `string ${JSON.stringify(value)}`;
  if (typeof value === 'boolean') return `boolean \`${value}\``;
  if (typeof value === 'number') {
    return Number.isInteger(value) ? `integer \`${value}\`` : `floating point \`${value}\``;
  }
  return value === null ? 'null' : Array.isArray(value) ? 'sequence' : 'map';
}

type Words = readonly [message: string, code?: string, param?: string | null];

/** Checks of single values, each in the words of the crate or layer that makes it. */
function checkWords(problem: Problem): Words {
  const code = 'invalid_request_error';
  switch (problem.kind) {
    case 'out of range':
      return [rangeMessage(problem)];
    case 'empty messages':
      return ['messages: Validation error: messages cannot be empty [{"value": Array []}]'];
    case 'empty prompt':
      return problem.list
        ? [`text request \`${problem.requestId}\` must contain at least one prompt token ID`]
        : [`generate request \`${problem.requestId}\` has an empty prompt_token_ids`];
    case 'stream options without stream':
      return problem.api === 'chat'
        ? ['__all__: stream_options can only be used when stream is true']
        : ['stream_options are only supported when stream=true.', code, 'stream_options'];
    case 'empty stop string':
      return ['stop: Validation error: stop strings cannot be empty [{"value": String("")}]'];
    case 'empty cache salt':
      return ['cache_salt: Validation error: length [{"min": Number(1), "value": String("")}]'];
    case 'min over max tokens':
      return ['__all__: min_tokens cannot be greater than max_completion_tokens'];
    case 'top logprobs without logprobs':
      return ['__all__: top_logprobs is only allowed when logprobs is enabled'];
    case 'too many logprobs':
      return [`requested logprobs of ${problem.value}, which is greater than max allowed: 20`];
    case 'prompt logprobs of a stream':
      return ['prompt_logprobs are not available when stream=true.', code, 'prompt_logprobs'];
    case 'tool choice without tools':
      return ['tool_choice requires at least one available tool'];
    case 'unmatched tool choice':
      return [`tool_choice function \`${problem.name}\` was not found in the available tools`];
    case 'more than one choice':
      return ['Only n=1 is supported.', code, 'n'];
    case 'too long':
    case 'far too long':
      return [
        `this model's maximum context length is ${problem.maxModelLen} tokens, but the prompt contains ` +
          `${problem.promptTokens} input tokens`,
      ];
    default:
      return [problem.kind];
  }
}

function rangeMessage({ field, value }: Extract<Problem, { kind: 'out of range' }>): string {
  const number = (n: number): string => `Number(${Number.isInteger(n) ? n.toFixed(1) : n})`;
  switch (field) {
    case 'temperature':
    case 'presence_penalty':
    case 'frequency_penalty': {
      const [min, max] = field === 'temperature' ? [0, 2] : [-2, 2];
      return `${field}: Validation error: range [{"max": ${number(max)}, "min": ${number(min)}, "value": ${number(value)}}]`;
    }
    case 'top_p':
      return (
        'top_p: Validation error: top_p must be in (0, 1] - greater than 0.0 and at most 1.0 ' +
        `[{"value": ${number(value)}}]`
      );
    case 'n':
      return `n: Validation error: range [{"min": Number(1), "value": Number(${value}), "max": Number(10)}]`;
    case 'max_tokens':
    case 'max_completion_tokens':
      return `max_completion_tokens: Validation error: range [{"value": Number(${value}), "min": Number(1)}]`;
    default:
      return `${field}: Validation error: range [{"value": Number(${value})}]`;
  }
}
