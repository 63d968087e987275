import { asObject, asString, type JsonObject } from '../../model/json.ts';
import { apiOfPath } from '../apis/table.ts';
import { MOST_MESSAGES } from './prefix-hashes.ts';

/** A request's prompt in the order in which a server reads it, with what keeps its cache apart from others'. */
export interface PromptText {
  /** The model and a cache salt. */
  readonly scope: string;
  readonly text: string;
}

/**
 * What a server's prefix cache sees of a request: its tools first, as chat templates have them, then message by message.
 * Not the very text of a template, but equal for equal beginnings. Null when there is no prompt, or one of too many messages.
 */
export function promptText(path: string, document: JsonObject): PromptText | null {
  const prompt = apiOfPath(path)?.promptOf(document);
  if (prompt === undefined) return null;
  const { instructions, messages, text } = prompt;
  if (messages === null && text === undefined) return null;
  if (messages !== null && messages.length > MOST_MESSAGES) return null;
  const before = [document.tools, instructions].filter((part) => part != null).map(plain);
  const scope = JSON.stringify([asString(document.model), asString(document.cache_salt)]);
  return { scope, text: [...before, ...(messages?.map(messageText) ?? [plain(text)])].join('\n') };
}

function messageText(message: unknown): string {
  const { role, content, ...rest } = asObject(message) ?? {};
  const more = Object.keys(rest).length === 0 ? '' : JSON.stringify(rest);
  return `${asString(role) ?? ''}\n${plain(content)}${more}`;
}

function plain(value: unknown): string {
  return asString(value) ?? JSON.stringify(value ?? '');
}
