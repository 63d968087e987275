import type { JsonObject } from '../../model/json.ts';
import type { AnswerText } from '../answers/answer-text.ts';
import type { StreamEvent, Usage } from '../answers/stream-event.ts';

/** A generation API whose bytes we understand: everything in which it differs from the others. */
export interface ApiReading {
  readonly name: string;
  /** What its paths end in, under any prefix. */
  readonly pathEnd: string;
  /** Members that limit an answer's length, the one that wins first; the last is known to every server. */
  readonly lengthFields: readonly [string, ...string[]];
  /** Whether it knows `ignore_eos`: without it a length is a limit that the model may stay below. */
  readonly pinsEos: boolean;
  /** Whether a stream reports its token counts only when `stream_options` ask for them. */
  readonly usageOnDemand: boolean;
  /** What the model is given to read. */
  promptOf(body: JsonObject): Prompt;
  /** Items of `Prompt.messages` that a model wrote. */
  isAnswer(message: JsonObject): boolean;
  /** @param text gathers what is generated */
  readEvent(document: JsonObject, text: AnswerText): StreamEvent;
  /** @param text gathers what was generated */
  readPlain(document: JsonObject, text: AnswerText): PlainAnswer;
}

/** What a request gives the model to read. */
export interface Prompt {
  /** Outside of the messages and before them. */
  readonly instructions: unknown;
  /** Oldest first; null for a prompt in one text, which has no earlier turns. */
  readonly messages: readonly unknown[] | null;
  /** The prompt in one text, or as tokens; undefined when there are messages, or nothing at all. */
  readonly text: unknown;
}

/** What an answer in one JSON document says beside its text. */
export interface PlainAnswer {
  readonly finishReason: string | null;
  readonly usage: Usage | null;
  /** Of a part of the answer; that of a whole document is read for all APIs alike. */
  readonly error: string | null;
}

/** The value when it is a list, else null. */
export function listOf(value: unknown): readonly unknown[] | null {
  return Array.isArray(value) ? value : null;
}
