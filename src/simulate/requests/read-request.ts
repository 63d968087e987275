import { asArray, asObject, asString, type JsonObject, parseObject } from '../../model/json.ts';
import { FORMATS } from '../apis/formats.ts';
import { type Body, checkBody, createBody, MAX_LOGPROBS, readBool } from './check-body.ts';
import {
  type Api,
  type GenerationRequest,
  invalid,
  type Problem,
  type ReadingRules,
  type ToolUse,
  unparsed,
} from './generation-request.ts';
import { chatPrompt, type Prompt, plainPrompts } from './prompt.ts';

/**
 * Reads and checks a request body in vLLM's order: JSON, fields, tools, model, length.
 * @returns the request, or why it is refused
 */
export function readGenerationRequest(
  api: Api,
  text: string,
  rules: ReadingRules,
): GenerationRequest | Problem {
  const given = parseObject(text);
  if (given === null) return unreadableBody(text);
  const fields = FORMATS[api].chatFields?.(given, rules) ?? given;
  if (isProblem(fields)) return fields;
  const body = createBody(api === 'completions' ? api : 'chat', fields, rules);
  const problem = checkBody(body);
  if (problem !== null) return problem;
  const tools = body.api === 'chat' ? readTools(body) : null;
  if (tools !== null && 'status' in tools) return tools;
  const unknown = unknownModel(fields.model, rules.model);
  if (unknown !== null) return unknown;
  const prompts =
    body.api === 'chat'
      ? [chatPrompt(asArray(fields.messages), asArray(fields.tools))]
      : plainPrompts(fields.prompt);
  return tooLong(body, prompts) ?? { ...gather(body, prompts, tools), api, given };
}

/** A body has no such fields together. */
function isProblem(fields: JsonObject | Problem): fields is Problem {
  return 'status' in fields && 'parsing' in fields;
}

/** Why a body is no JSON object. */
export function unreadableBody(text: string): Problem {
  if (text === '') return unparsed('the request has no body');
  try {
    return unparsed(`the body must be a JSON object, not ${JSON.stringify(JSON.parse(text)).slice(0, 80)}`);
  } catch (error) {
    return unparsed(`the body is not JSON: ${(error as Error).message}`);
  }
}

/** A request may leave the model out; it may not name another one than is served. */
export function unknownModel(asked: unknown, served: string): Problem | null {
  if (typeof asked !== 'string' || asked === '' || asked === served) return null;
  const message = `The model \`${asked}\` does not exist. The server has \`${served}\`.`;
  return { ...invalid(message, 'model'), status: 404 };
}

/** Reads `tools` and `tool_choice`; null when no tool may be called. */
function readTools({ fields, rules }: Body): ToolUse | Problem | null {
  const { dialect } = rules;
  const offered = asArray(fields.tools);
  if (dialect === 'v0.32' && Array.isArray(fields.tools) && offered.length === 0) {
    return invalid('tools must not be empty', 'tools');
  }
  const choice = fields.tool_choice ?? (offered.length > 0 ? 'auto' : 'none');
  if (choice === 'none') return null;
  if (offered.length === 0) return invalid('tool_choice needs tools', 'tool_choice');
  const tools = offered.map((tool) => {
    const { name, parameters } = asObject(asObject(tool)?.function) ?? {};
    return { name: asString(name) ?? '', parameters: parameters ?? {} };
  });
  const free = choice === 'auto' || choice === 'required';
  const name = free ? null : asString(asObject(asObject(choice)?.function)?.name);
  if (!free && name === null) {
    const message = 'tool_choice must be none, auto, required or name a function';
    return dialect === 'rust' ? unparsed(message, 'tool_choice') : invalid(message, 'tool_choice');
  }
  const callable = free ? tools : tools.filter((tool) => tool.name === name).slice(0, 1);
  if (callable.length === 0)
    return invalid(`tool_choice names ${name}, which is not in tools`, 'tool_choice');
  if (!rules.toolCallParser && (dialect === 'v0.32' || (dialect === 'v0.8.5' && choice === 'auto'))) {
    return invalid(
      'tools need a server with --enable-auto-tool-choice and --tool-call-parser',
      'tool_choice',
    );
  }
  return {
    callable,
    choice: free ? choice : 'named',
    parallel: fields.parallel_tool_calls !== false,
    answered: asObject(asArray(fields.messages).at(-1))?.role === 'tool',
  };
}

/** Characters of one token at most: what 0.32 multiplies the context length with before it cuts a text. */
const CHARACTERS_PER_TOKEN = 128;

/** Whether prompt and answer fit the context, as each server counts. */
function tooLong({ rules, limit, int }: Body, prompts: readonly Prompt[]): Problem | null {
  const { maxModelLen, dialect } = rules;
  const tokens = Math.max(...prompts.map((prompt) => prompt.tokens.length));
  const context = `This model's maximum context length is ${maxModelLen} tokens`;
  const asked = int('max_completion_tokens') ?? int('max_tokens') ?? 0;
  if (dialect === 'v0.32' && asked > maxModelLen) {
    return invalid(`${context}, max_tokens is ${asked}`, 'max_tokens');
  }
  const characters = Math.max(...prompts.map(({ text }) => text.length));
  if (dialect === 'v0.32' && characters > maxModelLen * CHARACTERS_PER_TOKEN) {
    return invalid(`${context}, the prompt has ${characters} characters`, 'input_text');
  }
  // 0.8.5 refuses a limit that does not fit, later servers cut it. All need room for one token.
  const answer = dialect === 'v0.8.5' ? (limit ?? 1) : 1;
  return tokens + answer > maxModelLen
    ? invalid(`${context}, the prompt has ${tokens} and the answer needs ${answer}`, 'input_tokens')
    : null;
}

/** Puts together what a checked body asks for. */
function gather(
  body: Body,
  prompts: readonly Prompt[],
  tools: ToolUse | null,
): Omit<GenerationRequest, 'api' | 'given'> {
  const { api, fields, rules, int, truth, limit } = body;
  const { model, maxModelLen, dialect } = rules;
  const strict = dialect === 'rust';
  const room = maxModelLen - Math.max(...prompts.map(({ tokens }) => tokens.length));
  const options = asObject(fields.stream_options) ?? {};
  // In 0.8.5 the options' presence is enough.
  const includeUsage =
    readBool(options.include_usage, strict) ?? (dialect === 'v0.8.5' && 'stream_options' in fields);
  const logprobs = api === 'chat' ? (truth('logprobs') ? (int('top_logprobs') ?? 0) : null) : int('logprobs');
  return {
    model,
    prompts,
    n: int('n') ?? 1,
    maxTokens: limit === null ? null : Math.max(1, Math.min(limit, room)),
    room,
    minTokens: int('min_tokens') ?? 0,
    ignoreEos: truth('ignore_eos'),
    stop: typeof fields.stop === 'string' ? [fields.stop] : asArray(fields.stop).map(String),
    stopTokenIds: asArray(fields.stop_token_ids) as number[],
    includeStop: truth('include_stop_str_in_output'),
    seed: int('seed'),
    logprobs: logprobs === -1 ? MAX_LOGPROBS : logprobs,
    returnTokenIds: dialect !== 'v0.8.5' && truth('return_token_ids'),
    stream: truth('stream'),
    includeUsage,
    continuousUsage: includeUsage && (readBool(options.continuous_usage_stats, strict) ?? false),
    streamInterval: dialect === 'v0.8.5' ? 1 : (int('stream_interval') ?? 1),
    // Chat requests of 0.8.5 have no such field.
    cacheSalt: dialect === 'v0.8.5' ? '' : (asString(fields.cache_salt) ?? ''),
    tools,
    schema: schemaOf(fields),
    thinking: thinkingOf(fields),
    includeReasoning: readBool(fields.include_reasoning, strict) ?? true,
    requestId: asString(fields.request_id),
  };
}

/** What the simulator writes where any JSON object will do. */
const ANY_OBJECT = {
  type: 'object',
  properties: {
    answer: { type: 'string' },
    score: { type: 'integer', minimum: 0, maximum: 10 },
    tags: { type: 'array', items: { type: 'string' } },
  },
  required: ['answer', 'score', 'tags'],
};

function schemaOf(fields: JsonObject): unknown {
  const format = asObject(fields.response_format);
  if (format?.type === 'json_object') return ANY_OBJECT;
  if (format?.type === 'json_schema') return asObject(format.json_schema)?.schema ?? {};
  const { json, json_object: any } = asObject(fields.structured_outputs) ?? {};
  return json ?? fields.guided_json ?? (any === true ? ANY_OBJECT : null);
}

function thinkingOf(fields: JsonObject): boolean | null {
  const { enable_thinking: enabled, thinking } = asObject(fields.chat_template_kwargs) ?? {};
  const said = enabled ?? thinking;
  if (typeof said === 'boolean') return said;
  const effort = asString(fields.reasoning_effort);
  return effort === null ? null : effort !== 'none';
}
