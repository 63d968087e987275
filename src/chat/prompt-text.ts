import { asArray, asObject, asString, type JsonObject, parseObject } from '../model/json.ts';
import { bodyText } from './body-text.ts';

/** A request's prompt in the order in which a server reads it, with what keeps its cache apart from others'. */
export interface PromptText {
  /** The model and a cache salt. */
  readonly scope: string;
  readonly text: string;
}

/**
 * What a server's prefix cache sees of a request: its tools first, as chat templates have them, then message by message.
 * Not the very text of a template, but equal for equal beginnings. Null when the body is not understood.
 */
export function promptText(body: Uint8Array | null): PromptText | null {
  const document = parseObject(bodyText(body));
  if (document === null) return null;
  const text = documentText(document);
  if (text === null) return null;
  const scope = JSON.stringify([asString(document.model), asString(document.cache_salt)]);
  return { scope, text };
}

function documentText(document: JsonObject): string | null {
  const { prompt, messages, input, system, instructions, tools } = document;
  if (messages === undefined && input === undefined) {
    return prompt === undefined ? null : (asString(prompt) ?? JSON.stringify(prompt));
  }
  const before = [tools, system ?? instructions].filter((part) => part !== undefined).map(plain);
  if (typeof input === 'string') return [...before, input].join('\n');
  return [...before, ...asArray(messages ?? input).map(messageText)].join('\n');
}

function messageText(message: unknown): string {
  const { role, content, ...rest } = asObject(message) ?? {};
  const more = Object.keys(rest).length === 0 ? '' : JSON.stringify(rest);
  return `${asString(role) ?? ''}\n${plain(content)}${more}`;
}

function plain(value: unknown): string {
  return asString(value) ?? JSON.stringify(value ?? '');
}
