import type { ApiReading } from '../../chat/apis/api.ts';
import { CHAT } from '../../chat/apis/chat.ts';
import { COMPLETIONS } from '../../chat/apis/completions.ts';
import { MESSAGES } from '../../chat/apis/messages.ts';
import { RESPONSES } from '../../chat/apis/responses.ts';
import { hasPrompt, usualPath } from '../../chat/apis/table.ts';
import { asArray, asObject, asString, type JsonObject } from '../../model/json.ts';
import { bodyMember } from '../bodies/raw.ts';
import { rebuiltRequest, verbatimRequest } from '../bodies/rebuilt-body.ts';
import type { ForeignRequest, KnownAnswer } from '../format.ts';
import { secondsUs } from '../reading/instants.ts';
import { type JsonRecord, jsonFormat } from '../reading/json-reader.ts';
import { countOf } from '../reading/numbers.ts';
import { outcomeOfStatus } from './outcome-of-status.ts';
import { parsedText } from './parsed-text.ts';

const API_OF_CALL: Readonly<Record<string, ApiReading>> = {
  completion: CHAT,
  acompletion: CHAT,
  text_completion: COMPLETIONS,
  atext_completion: COMPLETIONS,
  responses: RESPONSES,
  aresponses: RESPONSES,
  anthropic_messages: MESSAGES,
};

/** What LiteLLM writes in the place of texts that it does not log, and into those that it cuts. */
const REDACTED = 'redacted-by-litellm';
const SHORTENED = 'litellm_truncated';

/** Settings of LiteLLM's own client beside the parameters of a call, some of them secret. */
const NO_PARAMETERS = [
  'extra_body',
  'extra_headers',
  'headers',
  'api_key',
  'api_base',
  'metadata',
  'user_api_key',
];

/** LiteLLM's `StandardLoggingPayload`, as its callbacks store it, and rows of its `SpendLogs`. */
export const LITELLM = jsonFormat(
  ({ call_type: callType }) => callType !== undefined,
  () => (record) => {
    const { document, bytes } = record;
    const call = asString(document.call_type) ?? '';
    const api = Object.hasOwn(API_OF_CALL, call) ? API_OF_CALL[call] : undefined;
    if (api === undefined) return 'unknownApi';
    if (/^true$/i.test(String(document.cache_hit))) return 'cached';
    if (isRedacted(parsedText(document.messages))) return 'redacted';
    if (Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(SHORTENED)) return 'shortened';
    const request = clientBody(record, api) ?? rebuilt(document, api);
    if (request === null) return 'noBody';
    const arrivedUs = secondsUs(document.startTime);
    return {
      arrivedUs,
      request,
      // An empty one is in the trace's id.
      session: document.session_id === '' ? asString(document.trace_id) : asString(document.session_id),
      answer: answerOf(document),
    };
  },
);

function isRedacted(messages: unknown): boolean {
  return [messages].flat().some((one) => (asObject(one)?.content ?? one) === REDACTED);
}

/** The client's whole body, which rows of SpendLogs have. */
function clientBody({ document, bytes }: JsonRecord, api: ApiReading): ForeignRequest | null {
  const body = bodyMember(document, bytes, 'proxy_server_request');
  return body !== null && hasPrompt(api, body.document) ? verbatimRequest(usualPath(api), body.bytes) : null;
}

function rebuilt(document: JsonObject, api: ApiReading): ForeignRequest | null {
  const { model, stream } = document;
  // Rows of SpendLogs have them as text.
  const messages = parsedText(document.messages);
  const hasMessages = typeof messages === 'string' ? messages !== '' : asArray(messages).length > 0;
  if (!hasMessages) return null;
  const asked = asObject(parsedText(document.model_parameters)) ?? {};
  const parameters = Object.entries(asked).filter(([name]) => !NO_PARAMETERS.includes(name));
  return rebuiltRequest(api, {
    model,
    ...promptFor(api, messages),
    ...Object.fromEntries(parameters),
    stream: asked.stream ?? (stream === true ? true : null),
  });
}

/** A plain prompt is logged as one message of the user. */
function promptFor(api: ApiReading, messages: unknown): JsonObject {
  const only = asObject(asArray(messages)[0])?.content;
  if (api === COMPLETIONS) return { prompt: only ?? messages };
  if (api === RESPONSES) return { input: messages };
  return { messages: typeof messages === 'string' ? [{ role: 'user', content: messages }] : messages };
}

function answerOf(document: JsonObject): KnownAnswer {
  const finishedUs = secondsUs(document.endTime);
  const firstUs = secondsUs(document.completionStartTime);
  // Without a stream it is the end.
  const isStream = document.stream === true && firstUs !== null && firstUs !== finishedUs;
  // Rows of SpendLogs have it in their metadata, and the response as text.
  const metadata = asObject(parsedText(document.metadata));
  const error = asObject(document.error_information ?? metadata?.error_information) ?? {};
  const code = Number(error.error_code);
  const isFailure = document.status === 'failure';
  const status = isFailure
    ? code >= 100 && code <= 599
      ? code
      : null
    : document.status === 'success'
      ? 200
      : null;
  const response = asObject(parsedText(document.response)) ?? {};
  const [choice] = asArray(response.choices).map(asObject);
  const details = asObject(asObject(response.usage)?.prompt_tokens_details);
  return {
    kind: 'figures',
    ...outcomeOfStatus(status, isFailure ? asString(document.error_str) : null),
    firstTokenUs: isStream ? firstUs : null,
    finishedUs,
    promptTokens: countOf(document.prompt_tokens),
    completionTokens: countOf(document.completion_tokens),
    cachedTokens: countOf(details?.cached_tokens),
    finishReason: asString(choice?.finish_reason),
  };
}
