import type { RequestFigures } from '../model/completion.ts';
import { asArray, asObject, asString, parseObject } from '../model/json.ts';
import { bodyText } from './body-text.ts';

/**
 * A name that all requests of one conversation share: the client's own, else how the conversation began, which every
 * later turn repeats: the messages up to the first of the user. Two conversations that begin alike share theirs.
 */
export function conversationName(request: RequestFigures, body: Uint8Array | null): string {
  if (request.sessionKey !== null) return request.sessionKey;
  const text = bodyText(body);
  const document = parseObject(text);
  if (document === null) return text;
  const messages = asArray(document.messages ?? document.input);
  const first = messages.findIndex((message) => asString(asObject(message)?.role) === 'user');
  if (first !== -1) return JSON.stringify(messages.slice(0, first + 1));
  return JSON.stringify(document.prompt ?? document.input ?? document.messages ?? text);
}
