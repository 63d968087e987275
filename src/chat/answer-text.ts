import { hash } from 'node:crypto';
import { asArray, asCount, asObject, asString, type JsonObject } from '../model/json.ts';

/** Digits of the hash on a tape: 64 bits, enough to tell a million answers apart. */
const HASH_DIGITS = 16;

/** What a text of an answer is: a choice's content (or plain text), reasoning, or a tool call's name or arguments. */
export type TextField = 'content' | 'reasoning' | `tool ${number} name` | `tool ${number} arguments`;

/** The texts of one answer, gathered piece by piece or at once: equal answers give equal hashes, streamed or plain. */
export interface AnswerText {
  /** One more piece of a choice's text. */
  add(choice: number, field: TextField, text: string): void;
  /** Takes pieces of a choice's text as they stand between the quotes of a JSON string: they are only decoded at the end. */
  escaped(choice: number, field: TextField): EscapedText;
  /** A choice of a plain answer, or a choice's delta in a stream. */
  addMessage(choice: number, message: JsonObject): void;
  hash(): string;
}

export interface EscapedText {
  /** The bytes from `from` to `to` (exclusive). */
  add(bytes: Uint8Array, from: number, to: number): void;
}

export function createAnswerText(): AnswerText {
  const texts = new Map<string, GrowingText>();

  function textOf(choice: number, field: TextField): GrowingText {
    const key = `${choice} ${field}`;
    const known = texts.get(key);
    if (known !== undefined) return known;
    const text = createGrowingText();
    texts.set(key, text);
    return text;
  }

  function add(choice: number, field: TextField, text: string): void {
    if (text === '') return;
    const bytes = Buffer.from(JSON.stringify(text).slice(1, -1));
    textOf(choice, field).add(bytes, 0, bytes.length);
  }

  return {
    add,
    escaped: textOf,
    addMessage(choice, message) {
      add(choice, 'content', asString(message.content) ?? '');
      add(choice, 'reasoning', asString(message.reasoning) ?? asString(message.reasoning_content) ?? '');
      asArray(message.tool_calls).forEach((item, at) => {
        const call = asObject(item);
        const number = asCount(call?.index) ?? at;
        const called = asObject(call?.function);
        add(choice, `tool ${number} name`, asString(called?.name) ?? '');
        add(choice, `tool ${number} arguments`, asString(called?.arguments) ?? '');
      });
    },
    hash() {
      let all = '';
      for (const key of [...texts.keys()].sort()) {
        const escaped = texts.get(key)?.text() ?? '';
        // A field's end is marked by a byte that no text has.
        all += `${key}\0${escaped.includes('\\') ? decoded(escaped) : escaped}\0`;
      }
      return hash('sha256', all).slice(0, HASH_DIGITS);
    },
  };
}

function decoded(escaped: string): string {
  try {
    return JSON.parse(`"${escaped}"`) as string;
  } catch {
    return escaped;
  }
}

interface GrowingText extends EscapedText {
  text(): string;
}

function createGrowingText(): GrowingText {
  let held = Buffer.allocUnsafe(1024);
  let length = 0;
  return {
    add(bytes, from, to) {
      const total = length + to - from;
      if (total > held.length) {
        const larger = Buffer.allocUnsafe(2 * total);
        held.copy(larger, 0, 0, length);
        held = larger;
      }
      // A word at a time: a call of the copying function costs more than its bytes.
      for (let i = from; i < to; i++) held[length++] = bytes[i] ?? 0;
    },
    text: () => held.toString('utf8', 0, length),
  };
}
