import { STATUS_CODES } from 'node:http';
import type { Problem } from '../requests/problem.ts';
import type { Refusal } from './dialect.ts';
import { pydanticErrors } from './pydantic.ts';
import { pythonFloat, pythonRepr } from './python-repr.ts';

/** `{"object":"error",message,type,param,code}`, flat. */
export function refusalV085(problems: readonly Problem[]): Refusal {
  const [first] = problems;
  if (first?.kind === 'unauthorized') return json(401, '{"error":"Unauthorized"}');
  if (first?.kind === 'media type') {
    return json(415, '{"detail":"Unsupported Media Type: Only \'application/json\' is allowed"}');
  }
  if (first?.kind === 'engine dead') return { status: 500, contentType: null, body: '' };
  const errors = problems.flatMap(pydanticErrors).map(({ type, loc, msg, input, ctx }) => {
    const place = loc.length === 1 ? `('${loc[0]}',)` : `(${loc.map(pythonRepr).join(', ')})`;
    const context = ctx === undefined ? '' : `, 'ctx': ${pythonRepr(ctx)}`;
    return `{'type': '${type}', 'loc': ${place}, 'msg': ${pythonRepr(msg)}, 'input': ${pythonRepr(input)}${context}}`;
  });
  if (errors.length > 0) return error(400, 'BadRequestError', `[${errors.join(', ')}]`);
  if (first?.kind === 'unknown model') {
    return error(404, 'NotFoundError', `The model \`${first.model}\` does not exist.`);
  }
  if (first?.kind === 'on demand') {
    const type = STATUS_CODES[first.status]?.replaceAll(' ', '') ?? 'Error';
    return error(first.status, type, 'A fault that the simulator was told to make.');
  }
  if (first?.kind === 'id under way') {
    return error(400, 'BadRequestError', `Request id ${first.answerId} already running.`);
  }
  // No bound of its queue was known then: the words are those of a later server.
  if (first?.kind === 'queue full')
    return error(503, 'ServiceUnavailableError', 'The engine is currently busy.');
  return error(400, 'BadRequestError', first === undefined ? 'Validation error' : messageOf(first));
}

function json(status: number, body: string): Refusal {
  return { status, contentType: 'application/json', body };
}

function error(status: number, type: string, message: string): Refusal {
  return json(status, JSON.stringify({ object: 'error', message, type, param: null, code: status }));
}

function messageOf(problem: Problem): string {
  switch (problem.kind) {
    case 'out of range':
      return rangeMessage(problem);
    case 'empty messages':
      return 'list index out of range';
    case 'empty prompt':
      return 'please provide at least one prompt';
    case 'stream options without stream':
      return validatorError('Stream options can only be defined when `stream=True`.');
    case 'continued and opened':
      return validatorError('Cannot set both `continue_final_message` and `add_generation_prompt` to True.');
    case 'suffix':
      return 'suffix is not currently supported';
    case 'no allowed tokens':
      return 'allowed_token_ids is not None and empty!';
    case 'bias of no tokens':
      return `Found token_id \`${problem.keys[0]}\` in logit_bias but token_id must be an integer or string representing an integer`;
    case 'empty stop string':
      return 'stop cannot contain an empty string.';
    case 'min over max tokens':
      return `min_tokens must be less than or equal to max_tokens=${problem.max}, got ${problem.min}.`;
    case 'top logprobs without logprobs':
      return validatorError('when using `top_logprobs`, `logprobs` must be set to true.');
    case 'too many logprobs':
      return `Requested sample logprobs of ${problem.value}, which is greater than max allowed: 20`;
    case 'prompt logprobs of a stream':
      return validatorError('`prompt_logprobs` are not available when `stream=True`.');
    case 'tool choice without tools':
      return validatorError('When using `tool_choice`, `tools` must be set.');
    case 'unknown tool choice':
      return validatorError(
        'Invalid value for `tool_choice`: only named tools, "none", "auto" or "required" are supported.',
      );
    case 'unmatched tool choice':
      return validatorError(
        'The tool specified in `tool_choice` does not match any of the specified `tools`',
      );
    case 'no json schema':
      return 'json_schema must be given.';
    case 'greedy choices':
      return `n must be 1 when using greedy sampling, got ${problem.n}.`;
    case 'too long':
      return tooLong(problem);
    default:
      return problem.kind;
  }
}

/** What a model's own validator raises, as FastAPI lists it; the body that it repeats there is left out here. */
function validatorError(message: string): string {
  const [quoted, cause] = [pythonRepr(`Value error, ${message}`), pythonRepr(message)];
  return `[{'type': 'value_error', 'loc': ('body',), 'msg': ${quoted}, 'input': {}, 'ctx': {'error': ValueError(${cause})}}]`;
}

function tooLong({ promptTokens, maxTokens, maxModelLen }: Extract<Problem, { kind: 'too long' }>): string {
  const limit = `This model's maximum context length is ${maxModelLen} tokens. However, you requested`;
  return maxTokens === null
    ? `${limit} ${promptTokens} tokens in the messages, Please reduce the length of the messages.`
    : `${limit} ${promptTokens + maxTokens} tokens (${promptTokens} in the messages, ${maxTokens} in the completion). ` +
        'Please reduce the length of the messages or completion.';
}

function rangeMessage({ field, value }: Extract<Problem, { kind: 'out of range' }>): string {
  const float = pythonFloat(value);
  switch (field) {
    case 'temperature':
      return `temperature must be non-negative, got ${float}.`;
    case 'top_p':
      return `top_p must be in (0, 1], got ${float}.`;
    case 'min_p':
      return `min_p must be in [0, 1], got ${float}.`;
    case 'presence_penalty':
    case 'frequency_penalty':
      return `${field} must be in [-2, 2], got ${float}.`;
    case 'repetition_penalty':
      return `repetition_penalty must be greater than zero, got ${float}.`;
    case 'top_k':
      return `top_k must be -1 (disable), or at least 1, got ${value}.`;
    case 'min_tokens':
      return `min_tokens must be greater than or equal to 0, got ${value}.`;
    case 'max_completion_tokens':
      return `max_tokens must be at least 1, got ${value}.`;
    case 'max_tokens':
    case 'n':
      return `${field} must be at least 1, got ${value}.`;
    default:
      return validatorError(`\`${field}\` must be a positive value.`);
  }
}
