import { CHUNK } from '../../model/chunk-times.ts';
import { asArray, asCount, asObject, asString, type JsonObject } from '../../model/json.ts';
import type { AnswerText, TextField } from '../answers/answer-text.ts';
import {
  errorWords,
  isEmpty,
  NOTHING,
  ONLY_CHOICE,
  objectsOf,
  piece,
  readUsage,
  type StreamEvent,
} from '../answers/stream-event.ts';
import type { ApiReading, PlainAnswer } from './api.ts';

/** OpenAI's responses. */
export const RESPONSES: ApiReading = {
  name: 'responses',
  pathEnd: '/responses',
  lengthFields: ['max_output_tokens'],
  pinsEos: true,
  usageOnDemand: false,
  promptOf: ({ instructions, input }) =>
    Array.isArray(input)
      ? { instructions, messages: input, text: undefined }
      : { instructions, messages: null, text: input },
  isAnswer(item) {
    const type = asString(item.type) ?? '';
    return item.role === 'assistant' || type === 'reasoning' || type.endsWith('_call');
  },
  readEvent,
  readPlain,
};

/** The events that end a stream, and whether the answer failed. */
const ENDS: ReadonlyMap<unknown, boolean> = new Map([
  ['response.completed', false],
  ['response.incomplete', false],
  ['response.failed', true],
  ['response.cancelled', false],
]);

function readEvent(document: JsonObject, text: AnswerText): StreamEvent {
  const type = asString(document.type) ?? '';
  const failed = ENDS.get(type);
  if (failed !== undefined) return readEnd(asObject(document.response) ?? {}, failed, text);
  if (type === 'response.created') return { ...NOTHING, kinds: CHUNK.role, choices: ONLY_CHOICE };
  if (type === 'response.output_item.added') return readCallStart(document.item);
  if (!type.endsWith('.delta') || isEmpty(document.delta)) return NOTHING;
  const kind = kindOf(type);
  // Only until the last event, which has all texts again.
  text.add(asCount(document.output_index) ?? 0, FIELDS[kind] ?? 'content', asString(document.delta) ?? '');
  return { ...piece(kind), tokens: asArray(document.logprobs).length || 1 };
}

const FIELDS: Readonly<Record<number, TextField>> = {
  [CHUNK.content]: 'content',
  [CHUNK.reasoning]: 'reasoning',
  [CHUNK.tool]: 'tool 0 arguments',
};

/** A call begins with its name, the arguments follow. */
function readCallStart(item: unknown): StreamEvent {
  return asString(asObject(item)?.type)?.endsWith('_call') ? piece(CHUNK.tool) : NOTHING;
}

function kindOf(type: string): number {
  if (type.includes('reasoning')) return CHUNK.reasoning;
  return /output_text|refusal|audio/.test(type) ? CHUNK.content : CHUNK.tool;
}

/** The last event has the whole answer again. */
function readEnd(response: JsonObject, failed: boolean, text: AnswerText): StreamEvent {
  if (!isEmpty(response.output)) text.clear();
  const { finishReason, usage } = readPlain(response, text);
  const kinds = CHUNK.finish | CHUNK.done | (usage === null ? 0 : CHUNK.usage);
  const choices = [{ index: 0, finishReason }];
  if (!failed) return { ...NOTHING, kinds, choices, usage };
  const error = isEmpty(response.error) ? 'response.failed' : errorWords(response.error);
  return { ...NOTHING, kinds: kinds | CHUNK.error, choices, usage, error };
}

function readPlain(response: JsonObject, text: AnswerText): PlainAnswer {
  for (const [at, item] of objectsOf(response.output)) {
    for (const [, part] of [...objectsOf(item.summary), ...objectsOf(item.content)]) {
      text.add(at, item.type === 'reasoning' ? 'reasoning' : 'content', asString(part.text) ?? '');
      text.add(at, 'refusal', asString(part.refusal) ?? '');
    }
    text.add(at, 'tool 0 name', asString(item.name) ?? '');
    text.add(at, 'tool 0 arguments', asString(item.arguments) ?? asString(item.input) ?? '');
  }
  return {
    finishReason:
      asString(asObject(response.incomplete_details)?.reason) ?? (asString(response.status) || null),
    usage: readUsage(response.usage),
    error: null,
  };
}
