import { asArray, asObject, asString, type JsonObject } from '../../model/json.ts';
import type { BodyReader } from './body-reader.ts';
import { MAX_LOGPROBS } from './check-fields.ts';
import { readBool } from './fields.ts';
import type { GenerationRequest } from './generation-request.ts';
import { contentText, type Prompt } from './prompt.ts';
import type { ToolUse } from './tool-use.ts';

/** Puts together what a checked body asks for. */
export function gatherRequest(
  reader: BodyReader,
  prompts: readonly Prompt[],
  tools: ToolUse | null,
): GenerationRequest {
  const { api, body, rules, int, truth, limit } = reader;
  const { model, maxModelLen, dialect } = rules;
  const strict = dialect === 'rust';
  const room = maxModelLen - Math.max(...prompts.map(({ tokens }) => tokens.length));
  const echo = truth('echo');
  const options = asObject(body.stream_options) ?? {};
  // In 0.8.5 the options' presence is enough.
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
    promptLogprobs: int('prompt_logprobs') ?? (echo ? echoedLogprobs(reader, logprobs) : null),
    tokensAsIds: truth('return_tokens_as_token_ids'),
    returnTokenIds: dialect !== 'v0.8.5' && truth('return_token_ids'),
    returnPromptText: dialect === 'v0.32' && truth('return_prompt_text'),
    stream: truth('stream'),
    includeUsage,
    continuousUsage: includeUsage && (readBool(options.continuous_usage_stats, strict) ?? false),
    streamInterval: dialect === 'v0.8.5' ? 1 : (int('stream_interval') ?? 1),
    // Chat requests of 0.8.5 have no such field.
    cacheSalt: dialect === 'v0.8.5' ? '' : (asString(body.cache_salt) ?? ''),
    echo: echo ? echoed(reader, prompts) : '',
    echoOnly: echo && limit === 0,
    tools,
    schema: schemaOf(body),
    thinking: thinkingOf(body),
    includeReasoning: readBool(body.include_reasoning, strict) ?? true,
    requestId: asString(body.request_id),
  };
}

/** With an echo the prompt's probabilities come along: a chat's unasked, with as many alternatives as the answer's. */
function echoedLogprobs({ api, int }: BodyReader, logprobs: number | null): number | null {
  return api === 'chat' ? (int('top_logprobs') ?? 0) : logprobs;
}

/** A chat repeats its last message when the answer goes on with it; a plain completion its prompt. */
function echoed({ api, body }: BodyReader, prompts: readonly Prompt[]): string {
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
