import type { Problem } from '../requests/problem.ts';

/** What `error` is made of. */
export type Words = readonly [message: string, code?: string, param?: string | null];

/** Checks of single values, each in the words of the crate or layer that makes it. */
export function checkWords(problem: Problem): Words {
  const code = 'invalid_request_error';
  switch (problem.kind) {
    case 'out of range':
      return problem.field === 'logprobs'
        ? ['`logprobs` must be a non-negative value or -1.', code, 'logprobs']
        : [rangeMessage(problem)];
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
    case 'continued and opened':
      return ['Cannot set both `continue_final_message` and `add_generation_prompt` to True.'];
    case 'suffix':
      return ['suffix is not supported.', code, 'suffix'];
    case 'no allowed tokens':
      return ['allowed_token_ids should not be empty'];
    case 'bias of no tokens':
      return [
        `Invalid key in 'logit_bias': '${problem.keys[0]}' is not a valid token ID. Token IDs must be non-negative integers.`,
        code,
        'logit_bias',
      ];
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
    case 'repetition_penalty':
      return `repetition_penalty must be in (0, inf), got ${value}`;
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
