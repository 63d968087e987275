import { STATUS_CODES } from 'node:http';
import type { Problem } from '../requests/problem.ts';
import { pythonFloat, pythonRepr } from './python-repr.ts';

/** An error as 0.32's Python front end words it. */
export interface Words {
  readonly message: string;
  readonly param?: string;
  /** Appended with the parameter's name. */
  readonly value?: string;
  /** Not its validation but its handler says so, which appends nothing. */
  readonly plain?: true;
  readonly status?: number;
  readonly type?: string;
}

const DEAD = 'EngineCore encountered an issue. See stack trace (above) for the root cause.';
const BUSY =
  'The engine is currently busy and cannot accept new requests. Please try again later or on a different instance.';

const ON_DEMAND = 'A fault that the simulator was told to make.';

/** The type that goes with a status. */
function statusType(status: number): { readonly type: string } {
  const types: Readonly<Record<number, string>> = {
    400: 'BadRequestError',
    404: 'NotFoundError',
    500: 'InternalServerError',
    501: 'NotImplementedError',
    503: 'Service Unavailable',
  };
  return { type: types[status] ?? STATUS_CODES[status] ?? 'Error' };
}

/** What the server says of a problem that pydantic does not see. */
export function wordsOf(problem: Problem): Words {
  switch (problem.kind) {
    case 'out of range':
      return rangeWords(problem);
    case 'empty messages':
      return {
        message: 'Cannot apply chat template to an empty conversation. Provide at least one message.',
      };
    case 'empty prompt':
      return problem.list
        ? { message: 'You must pass at least one prompt' }
        : { message: 'Either prompt or prompt_embeds must be provided and non-empty.', param: 'prompt' };
    case 'stream options without stream':
      return { message: 'Stream options can only be defined when `stream=True`.', param: 'stream_options' };
    case 'empty stop string':
      return { message: 'stop cannot contain an empty string.' };
    case 'continued and opened':
      return {
        message: 'Cannot set both `continue_final_message` and `add_generation_prompt` to True.',
      };
    case 'suffix':
      return {
        message: 'suffix is only supported for models with FIM completion rendering',
        param: 'suffix',
        plain: true,
      };
    case 'no allowed tokens':
      return {
        message: 'allowed_token_ids is not None and empty!',
        param: 'allowed_token_ids',
        value: '[]',
      };
    case 'bias of no tokens': {
      const keys = pythonRepr(problem.keys);
      return {
        message: `logit_bias contains key(s) that cannot be converted to integer token IDs: ${keys}`,
        param: 'logit_bias',
        value: keys,
      };
    }
    case 'empty cache salt':
      return {
        message: "Parameter 'cache_salt' must be a non-empty string if provided.",
        param: 'cache_salt',
      };
    case 'min over max tokens':
      return {
        message: `min_tokens must be less than or equal to max_tokens=${problem.max}, got ${problem.min}.`,
      };
    case 'top logprobs without logprobs':
      return {
        message: 'when using `top_logprobs`, `logprobs` must be set to true.',
        param: 'top_logprobs',
      };
    case 'too many logprobs':
      return {
        message: `Requested sample logprobs of ${problem.value}, which is greater than max allowed: 20`,
        param: 'logprobs',
        value: String(problem.value),
      };
    case 'prompt logprobs of a stream':
      return { message: '`prompt_logprobs` are not available when `stream=True`.', param: 'prompt_logprobs' };
    case 'empty tools':
      return {
        message:
          '`tools` must not be an empty array. Either provide at least one tool or omit the field entirely.',
        param: 'tools',
      };
    case 'tool choice without tools':
      return { message: 'When using `tool_choice`, `tools` must be set.', param: 'tool_choice' };
    case 'unknown tool choice':
      return {
        message:
          `Invalid value for \`tool_choice\`: ${typeof problem.value === 'string' ? problem.value : pythonRepr(problem.value)}! ` +
          'Only named tools, "none", "auto" or "required" are supported.',
        param: 'tool_choice',
      };
    case 'unmatched tool choice':
      return {
        message: 'The tool specified in `tool_choice` does not match any of the specified `tools`',
        param: 'tool_choice',
      };
    case 'no json schema':
      return {
        message: "When response_format type is 'json_schema', the 'json_schema' field must be provided.",
        param: 'response_format',
      };
    case 'greedy choices':
      return { message: `n must be 1 when using greedy sampling, got ${problem.n}.` };
    case 'unknown model':
      return {
        message: `The model \`${problem.model}\` does not exist. Valid aliases: ${problem.served}.`,
        type: 'NotFoundError',
        param: 'model',
        status: 404,
      };
    case 'limit over context':
      return {
        message:
          `${problem.field}=${problem.value} cannot be greater than max_model_len=${problem.maxModelLen}. ` +
          'Please request fewer output tokens.',
        param: problem.field,
        value: String(problem.value),
      };
    case 'too long':
      return tooLong(problem.promptTokens, problem.maxModelLen);
    case 'far too long':
      return {
        message:
          `This model's maximum context length is ${problem.maxModelLen} tokens. However, your prompt contains ` +
          `${problem.characters} characters (more than ${problem.maxModelLen * 128} characters, which is the upper ` +
          `bound for ${problem.maxModelLen} input tokens). Please reduce the length of the input prompt.`,
        param: 'input_text',
        value: String(problem.characters),
      };
    case 'queue full':
      return { message: BUSY, type: 'Service Unavailable', status: 503 };
    case 'on demand':
      return { message: ON_DEMAND, ...statusType(problem.status), status: problem.status };
    case 'engine dead':
      return { message: DEAD, type: 'InternalServerError', status: 500 };
    default:
      return { message: problem.kind };
  }
}

/** Counting stops one token after the limit. */
function tooLong(promptTokens: number, maxModelLen: number): Words {
  const counted = Math.min(promptTokens, maxModelLen + 1);
  return {
    message:
      `This model's maximum context length is ${maxModelLen} tokens. However, your prompt contains ` +
      `${promptTokens > maxModelLen ? 'at least ' : ''}${counted} input tokens, which exceeds this limit even without ` +
      'any output tokens. Please reduce the length of the input prompt.',
    param: 'input_tokens',
    value: String(counted),
  };
}

function rangeWords({ field, value }: Extract<Problem, { kind: 'out of range' }>): Words {
  const float = pythonFloat(value);
  switch (field) {
    case 'temperature':
      return {
        message:
          value < 0
            ? `temperature must be non-negative, got ${float}.`
            : `temperature must be in [0, 2], got ${float}.`,
        param: field,
        value: float,
      };
    case 'top_p':
      return { message: `top_p must be in (0, 1], got ${float}.`, param: field, value: float };
    case 'max_tokens':
    case 'max_completion_tokens':
      return {
        message: `max_tokens must be at least 1, got ${value}.`,
        param: 'max_tokens',
        value: String(value),
      };
    case 'n':
      return {
        message:
          value < 1
            ? `n must be at least 1, got ${value}.`
            : `n must be at most 16384, got ${value}. To increase this limit, set the VLLM_MAX_N_SEQUENCES environment variable.`,
      };
    case 'min_tokens':
      return { message: `min_tokens must be greater than or equal to 0, got ${value}.` };
    case 'top_k':
      return { message: `top_k must be 0 (disable), or at least 1, got ${value}.` };
    case 'min_p':
      return { message: `min_p must be in [0, 1], got ${float}.` };
    case 'repetition_penalty':
      return { message: `repetition_penalty must be greater than zero, got ${float}.` };
    case 'presence_penalty':
    case 'frequency_penalty':
      return { message: `${field} must be in [-2, 2], got ${float}.` };
    default:
      return {
        message: `\`${field}\` must be a positive value or -1.`,
        param: field,
        value: String(value),
      };
  }
}
