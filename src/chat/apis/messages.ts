import { CHUNK } from '../../model/chunk-times.ts';
import { asCount, asObject, asString, type JsonObject } from '../../model/json.ts';
import type { AnswerText } from '../answers/answer-text.ts';
import {
  DONE,
  finishReasonOf,
  NOTHING,
  ONLY_CHOICE,
  objectsOf,
  piece,
  type StreamEvent,
  type Usage,
  usageOf,
} from '../answers/stream-event.ts';
import { type ApiReading, listOf } from './api.ts';

/** Anthropic's messages. */
export const MESSAGES: ApiReading = {
  name: 'messages',
  pathEnd: '/messages',
  lengthFields: ['max_tokens'],
  pinsEos: false,
  usageOnDemand: false,
  promptOf: ({ system, messages }) => ({
    instructions: system,
    messages: listOf(messages),
    text: undefined,
  }),
  isAnswer: ({ role }) => role === 'assistant',
  readEvent,
  readPlain(document, text) {
    for (const [at, block] of objectsOf(document.content)) gatherBlock(text, at, block);
    return {
      finishReason: finishReasonOf(document.stop_reason),
      usage: readUsage(document.usage),
      error: null,
    };
  },
};

function readEvent(document: JsonObject, text: AnswerText): StreamEvent {
  const index = asCount(document.index) ?? 0;
  switch (document.type) {
    case 'message_start': {
      const usage = readUsage(asObject(document.message)?.usage);
      return { ...NOTHING, kinds: CHUNK.role | usageBit(usage), choices: ONLY_CHOICE, usage };
    }
    case 'content_block_start':
      return gatherBlock(text, index, asObject(document.content_block) ?? {});
    case 'content_block_delta':
      return gatherBlock(text, index, asObject(document.delta) ?? {});
    case 'message_delta': {
      const finishReason = finishReasonOf(asObject(document.delta)?.stop_reason);
      const usage = readUsage(document.usage);
      const kinds = (finishReason === null ? 0 : CHUNK.finish) | usageBit(usage);
      return { ...NOTHING, kinds, choices: [{ index: 0, finishReason }], usage };
    }
    case 'message_stop':
      return DONE;
    default:
      return NOTHING;
  }
}

/** Gathers a block of a plain answer, or the beginning or a delta of one in a stream, and says what it brings. */
function gatherBlock(text: AnswerText, index: number, block: JsonObject): StreamEvent {
  const content = asString(block.text);
  // What is encrypted is not for people, but it was generated.
  const reasoning = asString(block.thinking) ?? asString(block.data);
  const name = asString(block.name);
  const input = asString(block.partial_json) ?? inputText(block.input);
  text.add(index, 'content', content ?? '');
  text.add(index, 'reasoning', reasoning ?? '');
  text.add(index, 'tool 0 name', name ?? '');
  text.add(index, 'tool 0 input', input ?? '');
  if (name || input) return piece(CHUNK.tool);
  if (reasoning) return piece(CHUNK.reasoning);
  return content ? piece(CHUNK.content) : NOTHING;
}

/** Of a plain answer's call; a stream begins with an empty one and brings its text in pieces. */
function inputText(input: unknown): string | null {
  const object = asObject(input);
  return object === null || Object.keys(object).length === 0 ? null : JSON.stringify(object);
}

/** Its `input_tokens` are those that came from no cache. */
function readUsage(value: unknown): Usage | null {
  const usage = asObject(value);
  if (usage === null) return null;
  const input = asCount(usage.input_tokens);
  const cached = asCount(usage.cache_read_input_tokens);
  const written = asCount(usage.cache_creation_input_tokens);
  const prompt = input === null ? null : input + (cached ?? 0) + (written ?? 0);
  return usageOf(prompt, asCount(usage.output_tokens), cached);
}

function usageBit(usage: Usage | null): number {
  return usage === null ? 0 : CHUNK.usage;
}
