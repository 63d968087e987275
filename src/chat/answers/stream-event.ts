import { CHUNK } from '../../model/chunk-times.ts';
import { asArray, asCount, asObject, asString, type JsonObject, parseObject } from '../../model/json.ts';

/** What one event of an answer stream means. */
export interface StreamEvent {
  /** `CHUNK` bits; 0 for an event that carries nothing we know. */
  readonly kinds: number;
  /** Generated tokens it carries: exact with `token_ids` or `logprobs`, else one per choice with output. */
  readonly tokens: number;
  /** A piece of the answer: it has a choice, be it empty, or in the APIs without choices generated text. */
  readonly isPiece: boolean;
  /** The choices that it belongs to. */
  readonly choices: readonly ChoiceState[];
  readonly usage: Usage | null;
  readonly error: string | null;
}

/** One of the answers that a request asked for. */
export interface ChoiceState {
  readonly index: number;
  /** Null while it goes on. */
  readonly finishReason: string | null;
}

/** Token counts as the server reports them; null where it says nothing. */
export interface Usage {
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
  readonly cachedTokens: number | null;
}

/** An event that says nothing. */
export const NOTHING: StreamEvent = {
  kinds: 0,
  tokens: 0,
  isPiece: false,
  choices: [],
  usage: null,
  error: null,
};

/** The end mark of a stream. */
export const DONE: StreamEvent = { ...NOTHING, kinds: CHUNK.done };

/** The one choice of the APIs that have no list of them. */
export const ONLY_CHOICE: readonly ChoiceState[] = [{ index: 0, finishReason: null }];

/** A piece of generated text that says nothing about its tokens. */
export function piece(kind: number): StreamEvent {
  return { ...NOTHING, kinds: kind, tokens: 1, isPiece: true, choices: ONLY_CHOICE };
}

/** An error event with the server's words. */
export function failure(error: string): StreamEvent {
  return { ...NOTHING, kinds: CHUNK.error, error };
}

/**
 * Reads a `usage` object: OpenAI's names (`prompt_tokens`, chat and completions) and those of the responses API
 * (`input_tokens`). Null when the value is no object or holds no count.
 */
export function readUsage(value: unknown): Usage | null {
  const usage = asObject(value);
  if (usage === null) return null;
  const details = asObject(usage.prompt_tokens_details) ?? asObject(usage.input_tokens_details);
  return usageOf(
    asCount(usage.prompt_tokens) ?? asCount(usage.input_tokens),
    asCount(usage.completion_tokens) ?? asCount(usage.output_tokens),
    asCount(details?.cached_tokens),
  );
}

/** Null when there is neither a prompt's nor a completion's count; a prompt of no tokens cannot be. */
export function usageOf(
  promptTokens: number | null,
  completionTokens: number | null,
  cachedTokens: number | null,
): Usage | null {
  if (promptTokens === null && completionTokens === null) return null;
  return { promptTokens: promptTokens === 0 ? null : promptTokens, completionTokens, cachedTokens };
}

/**
 * The message of an error document, in every shape that servers and gateways write: `error` as an object or a string,
 * a flat document of the object or type `error`, FastAPI's `detail`. Null when it is no error: an `error` of null, or of
 * nothing but nulls, is part of good answers too.
 */
export function serverErrorMessage(document: JsonObject): string | null {
  const { error } = document;
  if (!isEmpty(error)) {
    const message = asString(document.message);
    return typeof error === 'string' && message !== null ? `${error}: ${message}` : errorWords(error);
  }
  if (document.object === 'error' || document.type === 'error') return errorWords(document);
  if (document.choices !== undefined || document.usage !== undefined) return null;
  return isEmpty(document.detail) ? null : errorWords(document.detail);
}

/** The error document in a list of one, as Google's gateways write it; null for every other text. */
export function listedError(text: string): JsonObject | null {
  if (!/^\s*\[\s*\{/.test(text)) return null;
  const document = parseObject(text.replace(/^\s*\[|\]\s*$/g, ''));
  return document === null || serverErrorMessage(document) === null ? null : document;
}

/** The text of an error: its message or details, else all of it. */
export function errorWords(error: unknown): string {
  if (typeof error === 'string') return error;
  const { message, details, detail, msg } = asObject(error) ?? {};
  const words = [message, details, detail, msg].find((value) => !isEmpty(value));
  return words === undefined ? JSON.stringify(error) : errorWords(words);
}

/** True for null, false, an empty text, and lists and objects that hold nothing else. */
export function isEmpty(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.values(value).every(isEmpty);
  return value === null || value === undefined || value === '' || value === false;
}

/** The reason for which a choice ended; some servers write an empty one while it goes on. */
export function finishReasonOf(value: unknown): string | null {
  return asString(value) || null;
}

/** The first reason among choices. */
export function firstFinish(choices: readonly ChoiceState[]): string | null {
  return choices.find(({ finishReason }) => finishReason !== null)?.finishReason ?? null;
}

/** The objects of a list, with their positions. */
export function objectsOf(value: unknown): readonly (readonly [number, JsonObject])[] {
  return asArray(value).flatMap((item, at) => {
    const object = asObject(item);
    return object === null ? [] : [[at, object] as const];
  });
}
