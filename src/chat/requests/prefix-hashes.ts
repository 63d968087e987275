import { hash } from 'node:crypto';
import { asObject, type JsonObject } from '../../model/json.ts';
import { apiOfPath } from '../apis/table.ts';

/**
 * The messages of a request as hashes that can be compared without the messages: a request continues another when one
 * of its `earlier` hashes is the other's `whole` one.
 */
export interface PrefixHashes {
  /** Of all messages. */
  readonly whole: string;
  /** Of the messages before each answer among them, oldest first. */
  readonly earlier: readonly string[];
}

/** More messages are no conversation that a model could read. */
export const MOST_MESSAGES = 10_000;

/** Roles of messages that are no turn of the user's. */
const INSTRUCTING: ReadonlySet<unknown> = new Set(['system', 'developer']);

/**
 * Hashes a request's messages in pieces, each with what came before it, so that equal beginnings have equal hashes:
 * as much work as the messages are long, however many requests there are. The model, the API and the instructions
 * outside the messages count as the first of them. An answer without a question, such as a greeting, is part of
 * the beginning: all conversations of an application have it.
 * @returns null for a request without a list of messages, or with too many: a prompt alone has no earlier turns
 */
export function prefixHashes(path: string, body: JsonObject): PrefixHashes | null {
  const api = apiOfPath(path);
  const { messages, instructions } = api?.promptOf(body) ?? { messages: null, instructions: null };
  if (api === null || messages === null) return null;
  if (messages.length === 0 || messages.length > MOST_MESSAGES) return null;
  const earlier: string[] = [];
  let mark = canonicalText([api.name, body.model ?? null, instructions ?? null]);
  let piece = '';
  let answering = false;
  let asked = false;
  for (const message of messages) {
    const item = asObject(message);
    const answers = item !== null && api.isAnswer(item);
    if (answers && !answering && asked) {
      mark = hash('sha256', mark + piece, 'base64');
      piece = '';
      earlier.push(mark);
    }
    answering = answers;
    asked ||= !answers && !INSTRUCTING.has(item?.role);
    piece += canonicalText(message);
  }
  return { whole: hash('sha256', mark + piece, 'base64'), earlier };
}

/** What is nested deeper is not compared: no API has such requests, and the stack is finite. */
const DEEPEST = 500;

/**
 * A text that is equal for equal JSON values, however they were written, and for no others: texts with their length
 * before them, members in the order of their names. Much faster than JSON.stringify, whose escapes are not needed here.
 */
function canonicalText(value: unknown, depth = 0): string {
  if (typeof value === 'string') return `${value.length}"${value}`;
  if (typeof value !== 'object' || value === null) return `${value},`;
  if (depth > DEEPEST) return '…,';
  if (Array.isArray(value)) return `[${value.map((one) => canonicalText(one, depth + 1)).join('')}]`;
  const object = value as JsonObject;
  let text = '{';
  for (const key of Object.keys(object).sort())
    text += canonicalText(key) + canonicalText(object[key], depth + 1);
  return `${text}}`;
}
