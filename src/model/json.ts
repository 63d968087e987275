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

/** Parses text as a JSON object; null when it is anything else. */
export function parseObject(text: string): JsonObject | null {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return NOT_FINITE.test(text) ? parseFinite(text) : null;
  }
}

const NOT_FINITE = /\b(?:NaN|Infinity)\b/;

/** The same with null for the numbers that Python writes though JSON has no word for them. */
function parseFinite(text: string): JsonObject | null {
  const finite = text.replace(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g, (found) =>
    found.startsWith('"') ? found : 'null',
  );
  try {
    return asObject(JSON.parse(finite));
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

/** Parses any JSON; numbers keep every digit when the value is written again. Undefined for text that is no JSON. */
export function parseExact(text: string): unknown {
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
