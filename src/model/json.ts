/** A parsed JSON object whose fields are still to be checked. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The value when it is a JSON object (no array), else null. */
export function asObject(value: unknown): JsonObject | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
}

/** The value when it is an array, else an empty one. */
export function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The value when it is a whole number of zero or more that a double holds exactly, else null. */
export function asCount(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

/** The value when it is a string, else null. */
export function asString(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** No real request or answer is nested deeper, and recursive readers would overflow the stack. */
const DEEPEST = 1_000;

/** Memory that parsed JSON may take, estimated, bytes: an answer with twenty alternatives for each of its tokens takes less. */
const MOST_BYTES = 128 * 1024 * 1024;

/** The same of a document on a tape, which may have thousands that were made to be large: 65,000 objects and members. */
export const TAPE_JSON_BYTES = 4 * 1024 * 1024;

/** The same of an answer, which may have twenty alternatives for each of thousands of tokens. */
export const TAPE_ANSWER_BYTES = 32 * 1024 * 1024;

/** What an object, an array or a member of an object takes, and what an element of an array, bytes. */
const [PART_BYTES, ELEMENT_BYTES] = [64, 4];

/** What text would be if it were JSON, in one pass without parsing it. */
interface JsonSize {
  /** Objects and arrays within one another. */
  readonly depth: number;
  /** Memory that it would take beside its strings, estimated. */
  readonly bytes: number;
}

/** Measures JSON before it is parsed: two megabytes of brackets become two hundred of arrays. */
export function jsonSize(text: string): JsonSize {
  let [depth, deepest, parts, elements] = [0, 0, 0, 0];
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at) - 1;
    else if (code === COMMA) elements += 1;
    else if (code === COLON) parts += 1;
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      parts += 1;
      depth += 1;
      if (depth > deepest) deepest = depth;
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth -= 1;
  }
  return { depth: deepest, bytes: parts * PART_BYTES + elements * ELEMENT_BYTES };
}

const [QUOTE, BACKSLASH, COLON, COMMA] = [0x22, 0x5c, 0x3a, 0x2c];
const [OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET] = [0x7b, 0x7d, 0x5b, 0x5d];

/** The position after a string. @param from its opening quote */
function endOfString(text: string, from: number): number {
  for (let at = text.indexOf('"', from + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let escapes = 0;
    while (text.charCodeAt(at - 1 - escapes) === BACKSLASH) escapes += 1;
    if (escapes % 2 === 0) return at + 1;
  }
  return text.length;
}

/** Whether untrusted JSON is small enough to be parsed. */
function isParsable(text: string, mostBytes: number): boolean {
  if (text.length <= DEEPEST) return true;
  const { depth, bytes } = jsonSize(text);
  return depth <= DEEPEST && bytes <= mostBytes;
}

/**
 * Parses untrusted JSON.
 * @throws SyntaxError for what is no JSON, is nested more than a thousandfold, or would take too much memory
 */
export function parseJson(text: string): unknown {
  if (!isParsable(text, MOST_BYTES))
    throw new SyntaxError('JSON is nested too deep, or has too many members');
  return JSON.parse(text);
}

/** Parses text as a JSON object; null when it is anything else, or what `parseJson` refuses. */
export function parseObject(text: string, mostBytes = MOST_BYTES): JsonObject | null {
  if (!isParsable(text, mostBytes)) return null;
  try {
    return asObject(JSON.parse(text));
  } catch {
    return NOT_FINITE.test(text) ? parseFinite(text) : null;
  }
}

const NOT_FINITE = /\b(?:NaN|Infinity)\b/;
const EACH_NOT_FINITE = /-?\b(?:NaN|Infinity)\b/g;

/** The same with null for the numbers that Python writes though JSON has no word for them. */
function parseFinite(text: string): JsonObject | null {
  let finite = '';
  let copied = 0;
  for (let at = 0; at < text.length; ) {
    const quote = text.indexOf('"', at);
    const end = quote === -1 ? text.length : quote;
    const plain = text.slice(at, end);
    if (NOT_FINITE.test(plain)) {
      finite += text.slice(copied, at) + plain.replace(EACH_NOT_FINITE, 'null');
      copied = end;
    }
    at = quote === -1 ? end : endOfString(text, quote);
  }
  try {
    return asObject(JSON.parse(finite + text.slice(copied)));
  } catch {
    return null;
  }
}

// JSON.parse with source text access (ES2026, in Node since 21) is not in TypeScript's library for es2024 yet.
type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;
const exactJson = JSON as unknown as {
  parse(text: string, reviver: Reviver): unknown;
  rawJSON(source: string): unknown;
};

/** Parses any JSON; numbers keep every digit when the value is written again. Undefined for text that `parseJson` refuses. */
export function parseExact(text: string): unknown {
  if (!isParsable(text, MOST_BYTES)) return undefined;
  try {
    return exactJson.parse(text, (_key, value, context) =>
      typeof value === 'number' && context.source !== undefined && String(value) !== context.source
        ? exactJson.rawJSON(context.source)
        : value,
    );
  } catch {
    return undefined;
  }
}
