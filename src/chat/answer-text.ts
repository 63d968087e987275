import { hash } from 'node:crypto';
import { asArray, asCount, asObject, asString, type JsonObject } from './json.ts';

/** Digits of the hash on a tape: 64 bits, enough to tell a million answers apart. */
const HASH_DIGITS = 16;

/** What a text of an answer is: a choice's content (or plain text), reasoning, or a tool call's name or arguments. */
export type TextField = 'content' | 'reasoning' | `tool ${number} name` | `tool ${number} arguments`;

/** The texts of one answer, gathered piece by piece or at once: equal answers give equal hashes, streamed or plain. */
export interface AnswerText {
  /** One more piece of a choice's text. */
  add(choice: number, field: TextField, text: string): void;
  /** The same, still as it stands between the quotes of a JSON string: it is only decoded at the end. */
  addEscaped(choice: number, field: TextField, bytes: Uint8Array): void;
  /** A choice of a plain answer, or a choice's delta in a stream. */
  addMessage(choice: number, message: JsonObject): void;
  hash(): string;
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
    if (text !== '') textOf(choice, field).add(Buffer.from(JSON.stringify(text).slice(1, -1)));
  }

  return {
    add,
    addEscaped: (choice, field, bytes) => textOf(choice, field).add(bytes),
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

interface GrowingText {
  add(bytes: Uint8Array): void;
  text(): string;
}

function createGrowingText(): GrowingText {
  let held = Buffer.allocUnsafe(1024);
  let length = 0;
  return {
    add(bytes) {
      if (length + bytes.length > held.length) {
        const larger = Buffer.allocUnsafe(2 * (length + bytes.length));
        held.copy(larger, 0, 0, length);
        held = larger;
      }
      held.set(bytes, length);
      length += bytes.length;
    },
    text: () => held.toString('utf8', 0, length),
  };
}
