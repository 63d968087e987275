import { hash } from 'node:crypto';
import { asArray, asObject, asString, type JsonObject } from '../model/json.ts';
import { apiOfPath } from './api.ts';

/**
 * The messages of a request as marks that can be compared without the messages: a request continues another when one
 * of its `earlier` marks is the other's `whole` one.
 */
export interface MessageChain {
  /** Stands for all messages. */
  readonly whole: string;
  /** Stand for the messages before each answer among them, oldest first. */
  readonly earlier: readonly string[];
}

/**
 * Hashes a request's messages in pieces, each with what came before it, so that equal beginnings have equal marks:
 * as much work as the messages are long, however many requests there are. The model, the API and the instructions
 * outside the messages count as the first of them.
 * @returns null for a request without a list of messages: a prompt alone says of no earlier turn
 */
export function messageChain(path: string, body: JsonObject): MessageChain | null {
  const messages = asArray(body.messages ?? body.input);
  if (messages.length === 0) return null;
  const earlier: string[] = [];
  let mark = canonicalText([apiOfPath(path), body.model ?? null, body.system ?? body.instructions ?? null]);
  let piece = '';
  let answering = false;
  for (const message of messages) {
    if (isAnswer(message) && !answering) {
      mark = hash('sha256', mark + piece, 'base64');
      piece = '';
      earlier.push(mark);
    }
    answering = isAnswer(message);
    piece += canonicalText(message);
  }
  return { whole: hash('sha256', mark + piece, 'base64'), earlier };
}

/** Items that a model wrote: an assistant's message, or with the responses API its reasoning and its calls. */
function isAnswer(message: unknown): boolean {
  const item = asObject(message);
  const type = asString(item?.type) ?? '';
  return item?.role === 'assistant' || type === 'reasoning' || type.endsWith('_call');
}

/**
 * A text that is equal for equal JSON values, however they were written, and for no others: texts with their length
 * before them, members in the order of their names. Much faster than JSON, whose escapes nobody needs here.
 */
function canonicalText(value: unknown): string {
  if (typeof value === 'string') return `${value.length}"${value}`;
  if (typeof value !== 'object' || value === null) return `${value},`;
  if (Array.isArray(value)) return `[${value.map(canonicalText).join('')}]`;
  const object = value as JsonObject;
  let text = '{';
  for (const key of Object.keys(object).sort()) text += canonicalText(key) + canonicalText(object[key]);
  return `${text}}`;
}
