/** A header's name and value as they came. */
export type HeaderPair = [name: string, value: string];

/** Names the conversation that a request belongs to, as vLLM reads it; lower case. */
export const SESSION_HEADER = 'x-session-id';

/** The pairs of a raw list `[name, value, name, value, ...]`, as Node gives and takes headers. */
export function pairs(raw: readonly string[]): HeaderPair[] {
  const result: HeaderPair[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) result.push([raw[i] ?? '', raw[i + 1] ?? '']);
  return result;
}

/**
 * A raw list without some headers; order, case and repetitions of the others stay.
 * @param names lower case
 */
export function withoutHeaders(raw: readonly string[], names: ReadonlySet<string>): string[] {
  return pairs(raw)
    .filter(([name]) => !names.has(name.toLowerCase()))
    .flat();
}

/**
 * The first value of a header in a raw list.
 * @param name lower case
 */
export function headerValue(raw: readonly string[], name: string): string | null {
  for (let i = 0; i + 1 < raw.length; i += 2) {
    if (raw[i]?.toLowerCase() === name) return raw[i + 1] ?? null;
  }
  return null;
}

/**
 * All values of a header in a raw list, in order.
 * @param name lower case
 */
export function headerValues(raw: readonly string[], name: string): readonly string[] {
  return raw.filter((_, i) => i % 2 === 1 && raw[i - 1]?.toLowerCase() === name);
}

/** The value of `Authorization` for the user and password of a URL (RFC 7617); null where it has none. */
export function basicCredentials({ username, password }: URL): string | null {
  if (username === '' && password === '') return null;
  const text = `${percentDecoded(username)}:${percentDecoded(password)}`;
  return `Basic ${Buffer.from(text).toString('base64')}`;
}

/** Decodes percent escapes; a percent sign that does not begin one is literal. */
export function percentDecoded(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes;
    }
  });
}
