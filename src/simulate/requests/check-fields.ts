import { asArray, asObject } from '../../model/json.ts';
import type { BodyReader } from './body-reader.ts';
import type { Problem } from './problem.ts';

/** `--max-logprobs`. */
export const MAX_LOGPROBS = 20;

/** Looks at everything about single fields but their types. */
export function checkFields(reader: BodyReader): Problem | null {
  return (
    checkPrompt(reader) ??
    outOfRange(reader) ??
    checkSampling(reader) ??
    checkTokens(reader) ??
    checkFormat(reader) ??
    checkEffort(reader)
  );
}

function checkPrompt({ api, body, truth, rules }: BodyReader): Problem | null {
  if (body.stream_options && !truth('stream')) return { kind: 'stream options without stream', api };
  if (api === 'chat' && asArray(body.messages).length === 0) return { kind: 'empty messages' };
  if (api === 'completions' && emptyPrompt(body.prompt)) {
    return { kind: 'empty prompt', list: Array.isArray(body.prompt), requestId: rules.answerId };
  }
  if (api === 'chat' && truth('continue_final_message') && truth('add_generation_prompt')) {
    return { kind: 'continued and opened' };
  }
  if (api === 'completions' && body.suffix) return { kind: 'suffix' };
  return rules.dialect !== 'v0.8.5' && body.cache_salt === '' ? { kind: 'empty cache salt' } : null;
}

function checkSampling({ api, body, int, float, truth, limit, rules }: BodyReader): Problem | null {
  const min = int('min_tokens') ?? 0;
  if (limit !== null && min > limit) return { kind: 'min over max tokens', min, max: limit };
  const top = int('top_logprobs') ?? 0;
  if (api === 'chat' && top !== 0 && !truth('logprobs')) return { kind: 'top logprobs without logprobs' };
  const most = Math.max(top, api === 'completions' ? (int('logprobs') ?? 0) : 0);
  if (most > MAX_LOGPROBS) return { kind: 'too many logprobs', value: most };
  const prompt = int('prompt_logprobs') ?? 0;
  if (prompt !== 0 && truth('stream')) return { kind: 'prompt logprobs of a stream' };
  const stops = typeof body.stop === 'string' ? [body.stop] : asArray(body.stop);
  if (stops.includes('')) return { kind: 'empty stop string' };
  const n = int('n') ?? 1;
  if (n > 1 && rules.dialect === 'rust') return { kind: 'more than one choice' };
  return n > 1 && float('temperature') === 0 ? { kind: 'greedy choices', n } : null;
}

function checkTokens({ body }: BodyReader): Problem | null {
  const { allowed_token_ids: allowed } = body;
  if (Array.isArray(allowed) && allowed.length === 0) return { kind: 'no allowed tokens' };
  const keys = Object.keys(asObject(body.logit_bias) ?? {}).filter((key) => !/^\d+$/.test(key));
  return keys.length > 0 ? { kind: 'bias of no tokens', keys } : null;
}

const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];

/** 0.8.5 does not know the field. */
function checkEffort({ api, body, rules, text }: BodyReader): Problem | null {
  const { reasoning_effort: value } = body;
  if (api !== 'chat' || rules.dialect === 'v0.8.5' || typeof value !== 'string') return null;
  return EFFORTS.includes(value)
    ? null
    : { kind: 'unknown variant', path: ['reasoning_effort'], allowed: EFFORTS, value, text };
}

const FORMATS = ['text', 'json_object', 'json_schema', 'structural_tag'];

function checkFormat({ body, text }: BodyReader): Problem | null {
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
  if (!Array.isArray(prompt)) return prompt === '';
  return prompt.length === 0 || prompt.some((one) => one === '' || (Array.isArray(one) && one.length === 0));
}

/** Inclusive bounds by field; those of `OPEN` must also be above the lower one. */
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
  repetition_penalty: [0, Number.POSITIVE_INFINITY],
  /** Of completions; a chat's is a truth. */
  logprobs: [-1, Number.POSITIVE_INFINITY],
} as const;

const OPEN: readonly string[] = ['top_p', 'repetition_penalty'];

function outOfRange({ api, body, float, rules }: BodyReader): Problem | null {
  for (const [field, [low, high]] of Object.entries(RANGES)) {
    const value = float(field);
    if (value === null || (api === 'chat' && field === 'logprobs')) continue;
    // 0.8.5 takes any temperature from 0 on; a limit of 0 with an echo is for the prompt's own figures.
    const top = field === 'temperature' && rules.dialect === 'v0.8.5' ? Number.POSITIVE_INFINITY : high;
    const zero = api === 'completions' && field === 'max_tokens' && value === 0 && body.echo === true;
    const open = OPEN.includes(field) && value === low;
    if (!zero && (value < low || value > top || open)) {
      return { kind: 'out of range', field: field as keyof typeof RANGES, value };
    }
  }
  return null;
}
