import { CHAT } from '../../chat/apis/chat.ts';
import { asArray, asObject, asString, type JsonObject } from '../../model/json.ts';
import { rebuiltRequest } from '../bodies/rebuilt-body.ts';
import { isoUs, unitsUs } from '../reading/instants.ts';
import { jsonFormat } from '../reading/json-reader.ts';
import { countOf } from '../reading/numbers.ts';
import { parsedText } from './parsed-text.ts';

const TYPES: ReadonlySet<unknown> = new Set([
  'GENERATION',
  'SPAN',
  'EVENT',
  'AGENT',
  'TOOL',
  'CHAIN',
  'RETRIEVER',
  'EMBEDDING',
  'EVALUATOR',
  'GUARDRAIL',
]);

/** Parameters of a model call under Langfuse's names; every other one is an API's own. */
const RENAMED: Readonly<Record<string, string>> = {
  maxTokens: 'max_tokens',
  topP: 'top_p',
  frequencyPenalty: 'frequency_penalty',
  presencePenalty: 'presence_penalty',
};

/** Observations of Langfuse, from its blob export or, in camelCase, from its API. */
export const LANGFUSE = jsonFormat(
  ({ type, start_time: snake, startTime: camel }) => TYPES.has(type) && (snake ?? camel) !== undefined,
  () =>
    ({ document }) => {
      if (document.type !== 'GENERATION') return 'noModelCall';
      const either = (snake: string, camel: string): unknown => document[snake] ?? document[camel];
      const prompt = promptOf(document.input);
      if (prompt === null) return 'noBody';
      const arrivedUs = isoUs(either('start_time', 'startTime'));
      const finishedUs = isoUs(either('end_time', 'endTime'));
      const usage = objectOf(either('usage_details', 'usageDetails') ?? document.usage) ?? {};
      const isError = document.level === 'ERROR';
      return {
        arrivedUs,
        request: rebuiltRequest(CHAT, {
          model: either('provided_model_name', 'model'),
          ...prompt,
          ...parametersOf(objectOf(either('model_parameters', 'modelParameters')) ?? {}),
        }),
        session: asString(either('session_id', 'sessionId')) || null,
        answer: {
          kind: 'figures',
          status: null,
          outcome: isError || finishedUs === null ? 'unknown' : 'ok',
          error: isError ? asString(either('status_message', 'statusMessage')) : null,
          firstTokenUs: firstTokenUs(document, arrivedUs),
          finishedUs,
          promptTokens: countOf(usage.input),
          completionTokens: countOf(usage.output),
          cachedTokens: countOf(
            usage.input_cached_tokens ?? usage.input_cache_read ?? usage.cache_read_input_tokens,
          ),
          finishReason: null,
        },
      };
    },
);

function firstTokenUs(document: JsonObject, arrivedUs: number | null): number | null {
  const stamped = isoUs(document.completion_start_time ?? document.completionStartTime);
  const afterUs = unitsUs(document.time_to_first_token ?? document.timeToFirstToken, 1e6);
  return stamped ?? (afterUs === null || arrivedUs === null ? null : arrivedUs + afterUs);
}

/** An object, or the JSON text of one. */
function objectOf(value: unknown): JsonObject | null {
  return asObject(parsedText(value));
}

/** Messages, an object with messages and tools, or a text, which is one message of the user. */
function promptOf(input: unknown): JsonObject | null {
  const value = parsedText(input);
  if (Array.isArray(value)) {
    // LangChain's prompts are a list of texts.
    const messages = value.map((one) =>
      typeof one === 'string' ? { role: 'user', content: one } : asObject(one),
    );
    return messages.length === 0 || messages.includes(null) ? null : { messages };
  }
  const object = asObject(value);
  if (object !== null) {
    return asArray(object.messages).length === 0 ? null : { messages: object.messages, tools: object.tools };
  }
  return typeof input !== 'string' || input === '' ? null : { messages: [{ role: 'user', content: input }] };
}

/** Values may be texts of numbers. */
function parametersOf(stored: JsonObject): JsonObject {
  const entries = Object.entries(stored).map(([name, value]) => {
    const isNumber = typeof value === 'string' && /^-?\d+(?:\.\d+)?$/.test(value);
    const isFlag = value === 'true' || value === 'false';
    return [RENAMED[name] ?? name, isNumber ? Number(value) : isFlag ? value === 'true' : value];
  });
  return Object.fromEntries(entries);
}
