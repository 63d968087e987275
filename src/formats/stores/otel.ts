import { CHAT } from '../../chat/apis/chat.ts';
import { COMPLETIONS } from '../../chat/apis/completions.ts';
import { asArray, asObject, asString, type JsonObject } from '../../model/json.ts';
import { rebuiltRequest } from '../bodies/rebuilt-body.ts';
import type { ForeignRequest, KnownAnswer } from '../format.ts';
import { isoUs, nanosecondsUs, unitsUs } from '../reading/instants.ts';
import { jsonFormat } from '../reading/json-reader.ts';
import { countOf } from '../reading/numbers.ts';
import { messagesOf, openAiMessages, type SpanEvent, toolsOf } from './otel-messages.ts';
import { parsedText } from './parsed-text.ts';

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

/**
 * Spans of OpenTelemetry's conventions for generative AI, old and new, in OTLP's JSON, or as inference-perf, Jaeger or Python's
 * console exporter write them.
 */
export const OTEL = jsonFormat(
  ({ traceId, trace_id: snakeId, traceID: jaegerId, context, attributes, tags }) =>
    (traceId ?? snakeId ?? jaegerId ?? asObject(context)?.trace_id) !== undefined &&
    (attributes ?? tags) !== undefined,
  () =>
    ({ document }) => {
      const events = asArray(document.events).map((event) => ({
        name: asString(asObject(event)?.name) ?? '',
        attributes: attributesOf(asObject(event)?.attributes),
      }));
      const details = events.find(({ name }) => name === 'gen_ai.client.inference.operation.details');
      const attributes = { ...details?.attributes, ...attributesOf(document.attributes ?? document.tags) };
      const operation = attributes['gen_ai.operation.name'] ?? attributes['llm.request.type'];
      const isGenAi = Object.keys(attributes).some((name) => /^(gen_ai|llm|ai)\./.test(name));
      if (!isGenAi || (operation !== undefined && !CALLS.has(operation))) return 'noModelCall';
      const request = requestOf(attributes, events, TEXT_CALLS.has(operation));
      if (request === null) return 'noBody';
      const arrivedUs =
        instantOf(document, 'startTimeUnixNano', 'start_time') ?? unitsUs(document.startTime, 1);
      if (arrivedUs === null) return 'malformed';
      return {
        arrivedUs,
        request,
        session: asString(attributes['gen_ai.conversation.id'] ?? attributes['session.id']),
        answer: answerOf(document, attributes, arrivedUs),
      };
    },
);

function requestOf(
  attributes: JsonObject,
  events: readonly SpanEvent[],
  isText: boolean,
): ForeignRequest | null {
  const messages = messagesOf(attributes, events);
  if (messages === null) return null;
  const parameters = Object.entries(PARAMETERS).map(([name, member]) => [
    member,
    attributes[`gen_ai.request.${name}`],
  ]);
  const members: JsonObject = {
    ...asObject(parsedText(attributes['llm.invocation_parameters'])),
    stream: attributes['llm.is_streaming'] === true ? true : null,
    ...Object.fromEntries(parameters.filter(([, value]) => value !== undefined)),
  };
  const model = attributes['gen_ai.request.model'] ?? attributes['llm.model_name'];
  if (isText) return rebuiltRequest(COMPLETIONS, { model, prompt: textOf(messages), ...members });
  const tools = toolsOf(attributes);
  return rebuiltRequest(CHAT, {
    ...members,
    model: model ?? members.model,
    messages: openAiMessages(messages),
    tools: tools ?? members.tools,
  });
}

/** The text of a prompt that is no conversation. */
function textOf(messages: readonly JsonObject[]): string {
  return openAiMessages(messages)
    .map(({ content }) => asString(content) ?? '')
    .join('\n');
}

function answerOf(span: JsonObject, attributes: JsonObject, arrivedUs: number): KnownAnswer {
  const tookUs = unitsUs(span.duration, 1);
  const finishedUs =
    instantOf(span, 'endTimeUnixNano', 'end_time') ?? (tookUs === null ? null : arrivedUs + tookUs);
  const usage = (...names: readonly string[]): number | null =>
    countOf(names.map((name) => attributes[name]).find((value) => value !== undefined));
  const firstUs = unitsUs(attributes['gen_ai.response.time_to_first_chunk'], 1e6);
  const { code, status_code: named = code, message, description = message } = asObject(span.status) ?? {};
  const isError = named === 2 || /(?:^|_)ERROR$/.test(String(named)) || attributes.error === true;
  return {
    kind: 'figures',
    status: null,
    outcome: isError || finishedUs === null ? 'unknown' : 'ok',
    error: isError ? asString(description) : null,
    firstTokenUs: firstUs === null ? null : arrivedUs + firstUs,
    finishedUs,
    promptTokens: usage(
      'gen_ai.usage.input_tokens',
      'gen_ai.usage.prompt_tokens',
      'llm.usage.prompt_tokens',
      'llm.token_count.prompt',
    ),
    completionTokens: usage(
      'gen_ai.usage.output_tokens',
      'gen_ai.usage.completion_tokens',
      'llm.usage.completion_tokens',
      'llm.token_count.completion',
    ),
    cachedTokens: usage(
      'gen_ai.usage.cache_read.input_tokens',
      'gen_ai.usage.cache_read_input_tokens',
      'llm.token_count.prompt_details.cache_read',
    ),
    finishReason: asString(asArray(attributes['gen_ai.response.finish_reasons'])[0]),
  };
}

function instantOf(span: JsonObject, nano: string, iso: string): number | null {
  return nanosecondsUs(span[nano]) ?? isoUs(span[iso]);
}

/** A span's attributes by name: OTLP and Jaeger have a list of pairs. */
function attributesOf(attributes: unknown): JsonObject {
  if (!Array.isArray(attributes)) return asObject(attributes) ?? {};
  return Object.fromEntries(
    attributes.flatMap((attribute) => {
      const { key, value } = asObject(attribute) ?? {};
      return typeof key === 'string' ? [[key, asObject(value) === null ? value : plainValue(value)]] : [];
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
