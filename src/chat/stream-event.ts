import { CHUNK } from '../model/chunk-times.ts';
import { asArray, asCount, asObject, asString, type JsonObject, parseObject } from '../model/json.ts';
import type { AnswerText } from './answer-text.ts';
import type { Api } from './api.ts';
import { serverErrorMessage } from './server-error.ts';
import type { SseEvent } from './sse.ts';
import { readUsage, type Usage } from './usage.ts';

/** What one event of an answer stream means. */
export interface StreamEvent {
  /** `CHUNK` bits; 0 for an event that carries nothing we know. */
  readonly kinds: number;
  /** Generated tokens it carries: exact with `token_ids` or `logprobs`, else one per choice with text. */
  readonly tokens: number;
  /** A piece of the answer: it has a choice, be it empty, or in the APIs without choices generated text. */
  readonly isPiece: boolean;
  readonly finishReason: string | null;
  readonly usage: Usage | null;
  readonly error: string | null;
}

const NOTHING: StreamEvent = {
  kinds: 0,
  tokens: 0,
  isPiece: false,
  finishReason: null,
  usage: null,
  error: null,
};

/**
 * Reads one server-sent event of an API's answer stream. Never throws: what cannot be parsed is an error event.
 * @param text gathers the texts of its choices
 */
export function readStreamEvent(api: Api, event: SseEvent, text?: AnswerText): StreamEvent {
  if (event.data === '[DONE]') return { ...NOTHING, kinds: CHUNK.done };
  const document = parseObject(event.data);
  if (document === null) return failure(`an event of the stream is not JSON: ${event.data.slice(0, 80)}`);
  const message = serverErrorMessage(document);
  if (message !== null) return failure(message);
  if (api === 'chat' || api === 'completions') return readChoices(document, text);
  return api === 'responses' ? readResponsesEvent(document) : readMessagesEvent(document);
}

/** A piece of generated text that says nothing about its tokens. */
function piece(kind: number): StreamEvent {
  return { ...NOTHING, kinds: kind, tokens: 1, isPiece: true };
}

function failure(error: string): StreamEvent {
  return { ...NOTHING, kinds: CHUNK.error, error };
}

/** A chunk of `/v1/chat/completions` or `/v1/completions`; both keep their text in `choices`. */
function readChoices(document: JsonObject, text: AnswerText | undefined): StreamEvent {
  const usage = readUsage(document.usage);
  let kinds = usage === null ? 0 : CHUNK.usage;
  let tokens = 0;
  let finishReason: string | null = null;
  const choices = asArray(document.choices);
  for (const item of choices) {
    const choice = asObject(item);
    if (choice === null) continue;
    const carried = choiceKinds(choice);
    if (text !== undefined) gatherText(text, choice);
    kinds |= carried;
    if ((carried & (CHUNK.content | CHUNK.reasoning | CHUNK.tool)) !== 0) tokens += choiceTokens(choice);
    finishReason ??= asString(choice.finish_reason);
  }
  if (finishReason !== null) kinds |= CHUNK.finish;
  return { kinds, tokens, isPiece: choices.length > 0, finishReason, usage, error: null };
}

function gatherText(text: AnswerText, choice: JsonObject): void {
  const number = asCount(choice.index) ?? 0;
  const delta = asObject(choice.delta);
  if (delta !== null) text.addMessage(number, delta);
  else text.add(number, 'content', asString(choice.text) ?? '');
}

function choiceKinds(choice: JsonObject): number {
  const delta = asObject(choice.delta) ?? {};
  let kinds = 0;
  if (asString(delta.role) !== null) kinds |= CHUNK.role;
  if (asString(delta.content) || asString(choice.text)) kinds |= CHUNK.content;
  // vLLM has called it both ways, see docs/metrics.md.
  if (asString(delta.reasoning) || asString(delta.reasoning_content)) kinds |= CHUNK.reasoning;
  if (asArray(delta.tool_calls).length > 0) kinds |= CHUNK.tool;
  return kinds;
}

function choiceTokens(choice: JsonObject): number {
  const ids = asArray(choice.token_ids).length;
  if (ids > 0) return ids;
  const logprobs = asObject(choice.logprobs);
  const listed = asArray(logprobs?.content).length || asArray(logprobs?.tokens).length;
  return listed > 0 ? listed : 1;
}

/** An event of `/v1/responses`; the stream ends with `response.completed`, `.incomplete` or `.failed`. */
function readResponsesEvent(document: JsonObject): StreamEvent {
  const type = asString(document.type) ?? '';
  if (type.endsWith('output_text.delta')) return piece(CHUNK.content);
  if (type.includes('reasoning') && type.endsWith('.delta')) return piece(CHUNK.reasoning);
  if (type.endsWith('arguments.delta')) return piece(CHUNK.tool);
  if (type === 'response.created') return { ...NOTHING, kinds: CHUNK.role };
  if (type !== 'response.completed' && type !== 'response.incomplete' && type !== 'response.failed')
    return NOTHING;
  const response = asObject(document.response) ?? {};
  const usage = readUsage(response.usage);
  const kinds = CHUNK.finish | CHUNK.done | (usage === null ? 0 : CHUNK.usage);
  const finishReason = asString(asObject(response.incomplete_details)?.reason) ?? asString(response.status);
  const error =
    type === 'response.failed' ? (asString(asObject(response.error)?.message) ?? 'response.failed') : null;
  return { ...NOTHING, kinds: error === null ? kinds : kinds | CHUNK.error, finishReason, usage, error };
}

/** An event of `/v1/messages`; the stream ends with `message_stop`. */
function readMessagesEvent(document: JsonObject): StreamEvent {
  const delta = asObject(document.delta) ?? {};
  switch (document.type) {
    case 'message_start':
      return { ...NOTHING, kinds: CHUNK.role };
    case 'content_block_delta': {
      if (asString(delta.text)) return piece(CHUNK.content);
      if (asString(delta.thinking)) return piece(CHUNK.reasoning);
      return asString(delta.partial_json) ? piece(CHUNK.tool) : NOTHING;
    }
    case 'message_delta': {
      const usage = readUsage(document.usage);
      const kinds = CHUNK.finish | (usage === null ? 0 : CHUNK.usage);
      return { ...NOTHING, kinds, finishReason: asString(delta.stop_reason), usage };
    }
    case 'message_stop':
      return { ...NOTHING, kinds: CHUNK.done };
    default:
      return NOTHING;
  }
}
