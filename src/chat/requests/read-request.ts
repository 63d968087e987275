import type { RequestFigures } from '../../model/completion.ts';
import { asCount, asString, type JsonObject, parseObject } from '../../model/json.ts';
import type { ApiReading } from '../apis/api.ts';
import { apiOfPath } from '../apis/table.ts';
import { bodyText } from '../body.ts';
import { headerValue, SESSION_HEADER } from '../headers.ts';

/**
 * Says what a request asked for. A body that is missing or no JSON object gives nulls; it never throws.
 * The conversation's name is the one that vLLM itself reads: the header `X-Session-ID`, else `session_id` in the body.
 * @param path names the API, without which limits and messages are not known
 * @param mostBytes as of `parseObject`
 */
export function readRequest(
  path: string,
  headers: readonly string[],
  body: Uint8Array | null,
  mostBytes?: number,
): RequestFigures {
  const document = parseObject(bodyText(body), mostBytes) ?? {};
  const api = apiOfPath(path);
  return {
    model: asString(document.model),
    stream: document.stream === true,
    maxTokens: api === null ? null : maxTokens(api, document),
    messages: api === null ? null : messageCount(api, document),
    sessionKey: headerValue(headers, SESSION_HEADER) ?? asString(document.session_id),
  };
}

function maxTokens({ lengthFields }: ApiReading, document: JsonObject): number | null {
  const field = lengthFields.find((name) => document[name] != null);
  return field === undefined ? null : asCount(document[field]);
}

/** 1 for a prompt in one text; null without a prompt. */
function messageCount(api: ApiReading, document: JsonObject): number | null {
  const { messages, text } = api.promptOf(document);
  if (messages !== null) return messages.length;
  return text === undefined ? null : 1;
}
