/** The types that a request's fields have in vLLM. */
export type FieldType =
  | 'int'
  | 'positive int'
  | 'float'
  | 'bool'
  | 'string'
  | 'list'
  | 'list of ints'
  | 'string or strings'
  | 'prompt'
  | 'object';

/** Why a request is refused; each dialect has its own words for it. */
export type Problem =
  | { readonly kind: 'media type' }
  | { readonly kind: 'body too large' }
  | { readonly kind: 'no body' }
  /** Not JSON at all. */
  | { readonly kind: 'bad json'; readonly text: string }
  /** JSON, but not an object. */
  | { readonly kind: 'no object'; readonly value: unknown; readonly text: string }
  | {
      readonly kind: 'missing field';
      readonly fields: readonly string[];
      readonly text: string;
      readonly body: object;
    }
  /** `path` leads to the value: names and indices. */
  | {
      readonly kind: 'wrong type';
      readonly path: readonly (string | number)[];
      readonly type: FieldType;
      readonly value: unknown;
      readonly text: string;
    }
  /** One of a closed set was wanted. */
  | {
      readonly kind: 'unknown variant';
      readonly path: readonly string[];
      readonly allowed: readonly string[];
      readonly value: unknown;
      readonly text: string;
    }
  | { readonly kind: 'out of range'; readonly field: RangedField; readonly value: number }
  | { readonly kind: 'empty messages' }
  | { readonly kind: 'empty prompt'; readonly list: boolean; readonly requestId: string }
  | { readonly kind: 'stream options without stream'; readonly api: 'chat' | 'completions' }
  | { readonly kind: 'empty stop string' }
  | { readonly kind: 'continued and opened' }
  | { readonly kind: 'suffix' }
  | { readonly kind: 'no allowed tokens' }
  /** `logit_bias` for what are no token ids. */
  | { readonly kind: 'bias of no tokens'; readonly keys: readonly string[] }
  | { readonly kind: 'empty cache salt' }
  | { readonly kind: 'min over max tokens'; readonly min: number; readonly max: number }
  | { readonly kind: 'top logprobs without logprobs' }
  | { readonly kind: 'too many logprobs'; readonly value: number }
  | { readonly kind: 'prompt logprobs of a stream' }
  | { readonly kind: 'empty tools' }
  | { readonly kind: 'tool choice without tools' }
  | { readonly kind: 'unknown tool choice'; readonly value: unknown; readonly text: string }
  | { readonly kind: 'unmatched tool choice'; readonly name: string }
  | { readonly kind: 'no json schema'; readonly text: string }
  | { readonly kind: 'greedy choices'; readonly n: number }
  | { readonly kind: 'more than one choice' }
  | { readonly kind: 'unknown model'; readonly model: string; readonly served: string }
  | {
      readonly kind: 'limit over context';
      readonly field: 'max_tokens' | 'max_completion_tokens';
      readonly value: number;
      readonly maxModelLen: number;
    }
  /** The prompt, or in 0.8.5 prompt and limit together, do not fit. */
  | {
      readonly kind: 'too long';
      readonly promptTokens: number;
      readonly maxTokens: number | null;
      readonly maxModelLen: number;
    }
  /** A text that is refused before it is cut into tokens. */
  | {
      readonly kind: 'far too long';
      readonly characters: number;
      readonly promptTokens: number;
      readonly maxModelLen: number;
    }
  | { readonly kind: 'queue full' }
  /** A fault that was ordered. */
  | { readonly kind: 'on demand'; readonly status: number }
  /** 0.8.5 takes no second request with an id that it is working on. */
  | { readonly kind: 'id under way'; readonly answerId: string }
  | { readonly kind: 'unauthorized' }
  | { readonly kind: 'engine dead'; readonly api: 'chat' | 'completions' };

/** Fields whose numbers have bounds. */
export type RangedField =
  | 'max_tokens'
  | 'max_completion_tokens'
  | 'min_tokens'
  | 'n'
  | 'temperature'
  | 'top_p'
  | 'top_logprobs'
  | 'prompt_logprobs'
  | 'presence_penalty'
  | 'frequency_penalty'
  | 'repetition_penalty'
  | 'min_p'
  | 'top_k'
  | 'logprobs';
