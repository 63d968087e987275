import { createRandom, seedOfText } from '../model/random.ts';
import type { LatencyProfile } from './latency-profile.ts';
import { chatTokens, tokenPieces } from './text.ts';

/** A request that the stand-in will answer. */
export interface GenerationRequest {
  readonly api: 'chat' | 'completions';
  readonly model: string;
  readonly prompt: string;
  readonly promptTokens: number;
  readonly outputTokens: number;
  readonly finishReason: 'length' | 'stop';
  readonly stream: boolean;
  readonly includeUsage: boolean;
  readonly continuousUsage: boolean;
  /** From the body; the header wins. */
  readonly requestId: string | null;
}

/** A refusal in vLLM 0.8.5's words. */
export interface Refusal {
  readonly status: number;
  readonly type: string;
  readonly message: string;
}

type Body = Readonly<Record<string, unknown>>;

/**
 * Reads and checks a request body as vLLM 0.8.5 does, in its order: JSON, fields, model, length.
 * With `max_tokens` exactly so many tokens are generated (as with `ignore_eos`); without it a length drawn for the
 * prompt, so that equal prompts get equal answers.
 */
export function readGenerationRequest(
  api: GenerationRequest['api'],
  text: string,
  profile: LatencyProfile,
  model: string,
  seed: number,
): GenerationRequest | Refusal {
  const body = parseBody(text);
  if (body === null) return badRequest('[{"type": "json_invalid", "msg": "JSON decode error"}]');
  const prompt = api === 'chat' ? chatPrompt(body.messages) : plainPrompt(body.prompt);
  if ('status' in prompt) return prompt;
  const wrong = wrongField(body);
  if (wrong !== null) return badRequest(wrong);
  if (typeof body.model === 'string' && body.model !== model) {
    return {
      status: 404,
      type: 'NotFoundError',
      message: `The model \`${body.model}\` does not exist.`,
    };
  }
  const asked = body.max_completion_tokens ?? body.max_tokens;
  const room = profile.maxModelLen - prompt.tokens;
  const limit = typeof asked === 'number' ? asked : null;
  if (room < 1 || (limit ?? 1) > room) return tooLong(profile.maxModelLen, prompt.tokens, limit ?? 0);

  const options = (body.stream_options ?? {}) as Body;
  return {
    api,
    model,
    prompt: prompt.text,
    promptTokens: prompt.tokens,
    outputTokens: limit ?? Math.min(room, naturalLength(prompt.text, seed)),
    finishReason: limit === null ? 'stop' : 'length',
    stream: body.stream === true,
    includeUsage: options.include_usage === true,
    continuousUsage: options.include_usage === true && options.continuous_usage_stats === true,
    requestId: typeof body.request_id === 'string' ? body.request_id : null,
  };
}

interface Prompt {
  readonly text: string;
  readonly tokens: number;
}

function parseBody(text: string): Body | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Body) : null;
  } catch {
    return null;
  }
}

function chatPrompt(messages: unknown): Prompt | Refusal {
  if (!Array.isArray(messages) || messages.length === 0) {
    return badRequest('[{"type": "missing", "loc": ["body", "messages"], "msg": "Field required"}]');
  }
  const contents = messages.map((message: Body | null) => contentText(message?.content));
  return { text: contents.join('\n'), tokens: chatTokens(contents) };
}

/** A message's content is a text, a list of parts, or null beside tool calls. */
function contentText(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part: Body | null) => (typeof part?.text === 'string' ? part.text : '')).join('');
}

function plainPrompt(prompt: unknown): Prompt | Refusal {
  const one = Array.isArray(prompt) && prompt.length === 1 ? prompt[0] : prompt;
  if (typeof one === 'string') return { text: one, tokens: Math.max(1, tokenPieces(one).length) };
  if (Array.isArray(one) && one.length > 0 && one.every(Number.isInteger)) {
    return { text: one.join(' '), tokens: one.length };
  }
  return badRequest('prompt must be one string or one list of token ids: the simulator takes no batches');
}

function wrongField(body: Body): string | null {
  const { max_tokens: maxTokens, max_completion_tokens: maxCompletion, n, stream_options: options } = body;
  for (const [name, value] of Object.entries({
    max_tokens: maxTokens,
    max_completion_tokens: maxCompletion,
  })) {
    if (value != null && !(Number.isInteger(value) && (value as number) >= 1)) {
      return `${name} must be at least 1, got ${JSON.stringify(value)}.`;
    }
  }
  if (options != null && body.stream !== true)
    return 'Stream options can only be defined when `stream=True`.';
  return n == null || n === 1 ? null : 'the simulator answers with one choice: n must be 1';
}

/** Lognormal around 180 tokens, as chat answers are. */
function naturalLength(prompt: string, seed: number): number {
  const random = createRandom(seedOfText(prompt, seed));
  return Math.max(1, Math.round(Math.exp(random.gaussian(Math.log(180), 0.6))));
}

function tooLong(maxModelLen: number, prompt: number, asked: number): Refusal {
  return badRequest(
    `This model's maximum context length is ${maxModelLen} tokens. However, you requested ${prompt + asked} tokens ` +
      `(${prompt} in the messages, ${asked} in the completion). Please reduce the length of the messages or completion.`,
  );
}

function badRequest(message: string): Refusal {
  return { status: 400, type: 'BadRequestError', message };
}
