import type { RequestFigures } from '../model/completion.ts';
import { asCount, asString, type JsonObject, parseObject } from '../model/json.ts';
import { bodyText } from './body-text.ts';
import { headerValue } from './headers.ts';

/**
 * Says what a request asked for. A body that is missing or no JSON object gives nulls; it never throws.
 * The conversation's name is the one that vLLM itself reads: the header `X-Session-ID`, else `session_id` in the body.
 */
export function readRequest(headers: readonly string[], body: Uint8Array | null): RequestFigures {
  const document = parseObject(bodyText(body)) ?? {};
  return {
    model: asString(document.model),
    stream: document.stream === true,
    maxTokens:
      asCount(document.max_completion_tokens) ??
      asCount(document.max_tokens) ??
      asCount(document.max_output_tokens),
    messages: messageCount(document),
    sessionKey: headerValue(headers, 'x-session-id') ?? asString(document.session_id),
  };
}

function messageCount(document: JsonObject): number | null {
  if (Array.isArray(document.messages)) return document.messages.length;
  if (document.prompt !== undefined) return 1;
  if (document.input === undefined) return null;
  return Array.isArray(document.input) ? document.input.length : 1;
}
