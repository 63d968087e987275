import { CHAT } from '../../chat/apis/chat.ts';
import { COMPLETIONS } from '../../chat/apis/completions.ts';
import { asArray, asCount, asObject, asString, type JsonObject } from '../../model/json.ts';
import { rebuiltRequest } from '../bodies/rebuilt-body.ts';
import type { ForeignRequest, KnownAnswer } from '../format.ts';
import { isoUs, nanosecondsUs, unitsUs } from '../reading/instants.ts';
import { jsonFormat } from '../reading/json-reader.ts';
import { messagesOf, openAiMessages, toolsOf } from './otel-messages.ts';

/** Operations that are requests to a model; others are tools, agents and embeddings. */
const CALLS: ReadonlySet<unknown> = new Set(['chat', 'generate_content', 'text_completion', 'completion']);
const TEXT_CALLS: ReadonlySet<unknown> = new Set(['text_completion', 'completion']);

/** Attributes below `gen_ai.request.`, and the members of a body that they become. */
const PARAMETERS: Readonly<Record<string, string>> = {
  max_tokens: 'max_tokens',
  temperature: 'temperature',
  top_p: 'top_p',
  top_k: 'top_k',
  seed: 'seed',
  stream: 'stream',
  stop_sequences: 'stop',
  frequency_penalty: 'frequency_penalty',
  presence_penalty: 'presence_penalty',
  'choice.count': 'n',
};

/** Spans of OpenTelemetry's conventions for generative AI, old and new, in OTLP's JSON, or as inference-perf writes them. */
export const OTEL = jsonFormat(
  ({ traceId, trace_id: snakeId, attributes }) =>
    (traceId ?? snakeId) !== undefined && attributes !== undefined,
  () =>
    ({ document }) => {
      const attributes = attributesOf(document.attributes);
      const operation = attributes['gen_ai.operation.name'] ?? attributes['llm.request.type'];
      const isGenAi = Object.keys(attributes).some((name) => /^(gen_ai|llm)\./.test(name));
      if (!isGenAi || (operation !== undefined && !CALLS.has(operation))) return 'noModelCall';
      const request = requestOf(attributes, TEXT_CALLS.has(operation));
      if (request === null) return 'noBody';
      const arrivedUs = instantOf(document, 'startTimeUnixNano', 'start_time');
      if (arrivedUs === null) return 'malformed';
      return {
        arrivedUs,
        request,
        session: asString(attributes['gen_ai.conversation.id'] ?? attributes['session.id']),
        answer: answerOf(document, attributes, arrivedUs),
      };
    },
);

function requestOf(attributes: JsonObject, isText: boolean): ForeignRequest | null {
  const messages = messagesOf(attributes);
  if (messages === null) return null;
  const parameters = Object.entries(PARAMETERS).map(([name, member]) => [
    member,
    attributes[`gen_ai.request.${name}`],
  ]);
  const members: JsonObject = {
    stream: attributes['llm.is_streaming'] === true ? true : null,
    ...Object.fromEntries(parameters.filter(([, value]) => value !== undefined)),
  };
  const model = attributes['gen_ai.request.model'] ?? attributes['llm.model_name'];
  if (isText) return rebuiltRequest(COMPLETIONS, { model, prompt: textOf(messages), ...members });
  const tools = toolsOf(attributes['gen_ai.tool.definitions']);
  return rebuiltRequest(CHAT, { model, messages: openAiMessages(messages), tools, ...members });
}

/** The text of a prompt that is no conversation. */
function textOf(messages: readonly JsonObject[]): string {
  return openAiMessages(messages)
    .map(({ content }) => asString(content) ?? '')
    .join('\n');
}

function answerOf(span: JsonObject, attributes: JsonObject, arrivedUs: number): KnownAnswer {
  const finishedUs = instantOf(span, 'endTimeUnixNano', 'end_time');
  const usage = (...names: readonly string[]): number | null =>
    asCount(names.map((name) => attributes[`gen_ai.usage.${name}`]).find((value) => value !== undefined));
  const firstUs = unitsUs(attributes['gen_ai.response.time_to_first_chunk'], 1e6);
  const { code, message } = asObject(span.status) ?? {};
  const isError = code === 2 || code === 'STATUS_CODE_ERROR';
  return {
    kind: 'figures',
    status: null,
    outcome: isError || finishedUs === null ? 'unknown' : 'ok',
    error: isError ? asString(message) : null,
    firstTokenUs: firstUs === null ? null : arrivedUs + firstUs,
    finishedUs,
    promptTokens: usage('input_tokens', 'prompt_tokens'),
    completionTokens: usage('output_tokens', 'completion_tokens'),
    cachedTokens: usage('cache_read.input_tokens', 'cache_read_input_tokens'),
    finishReason: asString(asArray(attributes['gen_ai.response.finish_reasons'])[0]),
  };
}

function instantOf(span: JsonObject, nano: string, iso: string): number | null {
  return nanosecondsUs(span[nano]) ?? isoUs(span[iso]);
}

/** A span's attributes by name: OTLP has a list of pairs. */
function attributesOf(attributes: unknown): JsonObject {
  if (!Array.isArray(attributes)) return asObject(attributes) ?? {};
  return Object.fromEntries(
    attributes.flatMap((attribute) => {
      const { key, value } = asObject(attribute) ?? {};
      return typeof key === 'string' ? [[key, plainValue(value)]] : [];
    }),
  );
}

/** OTLP's `AnyValue` as JSON; 64-bit whole numbers are texts by the standard. */
function plainValue(value: unknown): unknown {
  const any = asObject(value) ?? {};
  if (any.arrayValue !== undefined) return asArray(asObject(any.arrayValue)?.values).map(plainValue);
  if (any.kvlistValue !== undefined) return attributesOf(asArray(asObject(any.kvlistValue)?.values));
  const { stringValue, intValue, doubleValue, boolValue } = any;
  return stringValue ?? (intValue === undefined ? (doubleValue ?? boolValue) : Number(intValue));
}
