/** One server-sent event: its type (null when unnamed) and its data lines joined by newlines. */
export interface SseEvent {
  readonly event: string | null;
  readonly data: string;
}

/** Sans-I/O parser: bytes in, the events that they completed out. */
export interface SseParser {
  /** Feeds one read of any size; an event may span many reads and one read may hold many events. */
  push(bytes: Uint8Array): SseEvent[];
  /** True when bytes of an event that never ended are left over. */
  readonly pending: boolean;
}

const LF = 10;
const CR = 13;

/**
 * A parser for `text/event-stream` (WHATWG HTML §9.2.6): lines end in LF, CRLF or CR, a byte order mark is skipped,
 * comments and unknown fields are ignored. Lines are cut as bytes and decoded whole, so UTF-8 split between reads
 * survives; only the unfinished line is ever copied, so long streams cost linear time.
 */
export function createSseParser(): SseParser {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let held: Uint8Array[] = [];
  let afterCr = false;
  let firstLine = true;
  let event: string | null = null;
  let data: string[] = [];

  function takeLine(tail: Uint8Array): string {
    const line = held.length === 0 ? tail : Buffer.concat([...held, tail]);
    held = [];
    const text = decoder.decode(line);
    const clean = firstLine && text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
    firstLine = false;
    return clean;
  }

  function onField(line: string): void {
    const colon = line.indexOf(':');
    if (colon === 0) return;
    const name = colon === -1 ? line : line.slice(0, colon);
    if (name !== 'data' && name !== 'event') return;
    const start = line.charCodeAt(colon + 1) === 32 ? colon + 2 : colon + 1;
    const value = colon === -1 ? '' : line.slice(start);
    if (name === 'data') data.push(value);
    else event = value;
  }

  function onLine(line: string, out: SseEvent[]): void {
    if (line !== '') {
      onField(line);
      return;
    }
    if (data.length > 0) out.push({ event, data: data.length === 1 ? (data[0] ?? '') : data.join('\n') });
    event = null;
    data = [];
  }

  return {
    push(bytes) {
      const out: SseEvent[] = [];
      let start = 0;
      for (let i = 0; i < bytes.length; i++) {
        const byte = bytes[i];
        if (byte !== LF && byte !== CR) {
          afterCr = false;
          continue;
        }
        if (byte === LF && afterCr) start = i + 1;
        else {
          onLine(takeLine(bytes.subarray(start, i)), out);
          start = i + 1;
        }
        afterCr = byte === CR;
      }
      if (start < bytes.length) held.push(bytes.slice(start));
      return out;
    },
    get pending() {
      return held.length > 0 || data.length > 0;
    },
  };
}
