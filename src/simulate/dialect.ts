import type { GenerationRequest, Refusal } from './generation-request.ts';

/** vLLM 0.8.5 on the wire: the Python front end's JSON, key order and nulls included. */

/** What every piece of one answer shares. */
export interface AnswerHead {
  readonly id: string;
  /** Seconds since 1970. */
  readonly created: number;
  readonly request: GenerationRequest;
}

/** `chatcmpl-` or `cmpl-` and the request's id. */
export function answerId(api: GenerationRequest['api'], requestId: string): string {
  return `${api === 'chat' ? 'chatcmpl' : 'cmpl'}-${requestId}`;
}

/** The body of a plain answer. */
export function plainBody({ id, created, request }: AnswerHead, text: string): string {
  const finish = { logprobs: null, finish_reason: request.finishReason, stop_reason: null };
  const message = { role: 'assistant', reasoning_content: null, content: text, tool_calls: [] };
  const chat = request.api === 'chat';
  return JSON.stringify({
    id,
    object: chat ? 'chat.completion' : 'text_completion',
    created,
    model: request.model,
    choices: [chat ? { index: 0, message, ...finish } : { index: 0, text, ...finish, prompt_logprobs: null }],
    usage: { ...usage(request, request.outputTokens), prompt_tokens_details: null },
    ...(chat ? { prompt_logprobs: null } : {}),
  });
}

/** The events of one stream, as text ready to be written. */
export interface StreamTexts {
  /** The role alone; null where the API has none. */
  readonly role: string | null;
  token(text: string, tokensSoFar: number, last: boolean): string;
  /** Usage if it was asked for, then the end mark. */
  readonly end: string;
}

/** Prepares a stream's constant parts once, since its tokens are many. */
export function streamTexts({ id, created, request }: AnswerHead): StreamTexts {
  const chat = request.api === 'chat';
  const object = chat ? 'chat.completion.chunk' : 'text_completion';
  const head = `data: {"id":${JSON.stringify(id)},"object":"${object}","created":${created},"model":${JSON.stringify(request.model)},`;
  const tail = (tokens: number): string =>
    request.continuousUsage ? `,"usage":${JSON.stringify(usage(request, tokens))}}\n\n` : '}\n\n';
  const choice = (inner: string, finish: string): string =>
    `${head}"choices":[{"index":0,${inner}${finish}}]`;
  const open = ',"logprobs":null,"finish_reason":null';
  const closed = `,"logprobs":null,"finish_reason":"${request.finishReason}","stop_reason":null`;
  const role = choice('"delta":{"role":"assistant","content":""}', open);
  const finalUsage = request.includeUsage
    ? `${head}"choices":[],"usage":${JSON.stringify(usage(request, request.outputTokens))}}\n\n`
    : '';
  return {
    role: chat ? `${role}${tail(0)}` : null,
    token(text, tokensSoFar, last) {
      const json = JSON.stringify(text);
      const inner = chat ? `"delta":{"content":${json}}` : `"text":${json}`;
      // The plain completions stream of 0.8.5 writes its stop_reason on every chunk.
      const finish = last ? closed : chat ? open : `${open},"stop_reason":null`;
      return `${choice(inner, finish)}${tail(tokensSoFar)}`;
    },
    end: `${finalUsage}data: [DONE]\n\n`,
  };
}

function usage(request: GenerationRequest, completionTokens: number): Readonly<Record<string, number>> {
  return {
    prompt_tokens: request.promptTokens,
    total_tokens: request.promptTokens + completionTokens,
    completion_tokens: completionTokens,
  };
}

/** The flat error shape of 0.8.5. */
export function errorBody({ status, type, message }: Refusal): string {
  return JSON.stringify({ object: 'error', message, type, param: null, code: status });
}

/** `GET /v1/models`. */
export function modelsBody(model: string, maxModelLen: number, created: number): string {
  const card = { id: model, object: 'model', created, owned_by: 'vllm', root: model, parent: null };
  return JSON.stringify({
    object: 'list',
    data: [{ ...card, max_model_len: maxModelLen, permission: [] }],
  });
}
