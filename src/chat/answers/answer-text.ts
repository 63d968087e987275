import { hash } from 'node:crypto';
import { parseJson } from '../../model/json.ts';

/** Digits of the hash on a tape: 64 bits, enough to distinguish a million answers. */
const HASH_DIGITS = 16;

/**
 * What a text of an answer is: content (or plain text), reasoning, a refusal, or a tool call's name and arguments; where
 * a stream has the arguments as text and a plain answer as JSON, they are its input.
 */
export type TextField =
  | 'content'
  | 'reasoning'
  | 'refusal'
  | `tool ${number} ${'name' | 'arguments' | 'input'}`;

/** A piece of an answer's text. */
export interface Addition {
  readonly choice: number;
  readonly field: TextField;
  readonly text: string;
}

export interface EscapedText {
  /** The bytes from `from` to `to` (exclusive). */
  add(bytes: Uint8Array, from: number, to: number): void;
}

/**
 * The texts of one answer, gathered piece by piece or at once: equal answers give equal hashes, streamed or plain. In the
 * APIs without choices a choice is an item, or a block, of the answer.
 */
export function createAnswerText() {
  const texts = new Map<string, GrowingText>();
  let additions = 0;
  let lastAdded: Addition = { choice: 0, field: 'content', text: '' };

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
    additions += 1;
    lastAdded = { choice, field, text };
    const bytes = Buffer.from(JSON.stringify(text).slice(1, -1));
    textOf(choice, field).add(bytes, 0, bytes.length);
  }

  return {
    /** One more piece of a choice's text. */
    add,
    /** Takes pieces of a choice's text as they stand between the quotes of a JSON string: they are only decoded at the end. */
    escaped: textOf,
    /** True while every text is. */
    isEmpty: (): boolean => texts.size === 0,
    /** How many pieces that are not empty were added, and the last of them. */
    additions: (): number => additions,
    lastAdded: (): Addition => lastAdded,
    /** Forgets all that was gathered. */
    clear: (): void => texts.clear(),
    hash(): string {
      let all = '';
      for (const key of [...texts.keys()].sort()) {
        const escaped = texts.get(key)?.text() ?? '';
        // A field's end is marked by a byte that no text has.
        const plain = escaped.includes('\\') ? decoded(escaped) : escaped;
        all += `${key}\0${key.endsWith(' input') ? sameJson(plain) : plain}\0`;
      }
      return hash('sha256', all).slice(0, HASH_DIGITS);
    },
    /** What was gathered of one text; empty where nothing was. */
    text: (choice: number, field: TextField): string =>
      decoded(texts.get(`${choice} ${field}`)?.text() ?? ''),
  };
}

export type AnswerText = ReturnType<typeof createAnswerText>;

function decoded(escaped: string): string {
  try {
    return JSON.parse(`"${escaped}"`) as string;
  } catch {
    return escaped;
  }
}

/** JSON without the blanks that its writer chose. */
function sameJson(text: string): string {
  try {
    return JSON.stringify(parseJson(text));
  } catch {
    return text;
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
