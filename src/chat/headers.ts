/**
 * The first value of a header in a raw list `[name, value, name, value, ...]`.
 * @param name lower case
 */
export function headerValue(raw: readonly string[], name: string): string | null {
  for (let i = 0; i + 1 < raw.length; i += 2) {
    if (raw[i]?.toLowerCase() === name) return raw[i + 1] ?? null;
  }
  return null;
}

/** True when the headers announce a stream of server-sent events. */
export function isEventStream(raw: readonly string[]): boolean {
  return headerValue(raw, 'content-type')?.toLowerCase().startsWith('text/event-stream') ?? false;
}
