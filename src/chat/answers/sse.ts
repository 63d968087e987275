import { CR, LF } from '../ascii.ts';

/** One server-sent event: its type (null when unnamed) and its data lines joined by newlines. */
export interface SseEvent {
  readonly event: string | null;
  readonly data: string;
  /** False for a line outside of the standard that some servers write their errors on. */
  readonly standard: boolean;
}

/** One for all, since it decodes whole lines: the collector only frees decoders when it looks at the whole heap. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** A JSON object without a field name that goes on for longer is none, lines. */
const MOST_LINES = 1_000;

/**
 * A sans-I/O parser for `text/event-stream` (WHATWG HTML §9.2.6): lines end in LF, CRLF or CR, a byte order mark is skipped,
 * comments, `id`, `retry` and unknown fields are ignored. Lines are cut as bytes and decoded whole, so UTF-8 split
 * between reads survives; only the unfinished line is ever copied, so long streams cost linear time.
 *
 * Two kinds of lines are not ignored though the standard says so, because they carry errors: `error: ...`, and a JSON
 * object without a field name, on one line or several. Each is an event.
 */
export function createSseParser() {
  let held: Uint8Array[] = [];
  let afterCr = false;
  let firstLine = true;
  let event: string | null = null;
  let data: string[] = [];
  /** The lines of a JSON object without a field name, and its brackets that are open. */
  let object: string[] = [];
  let depth = 0;

  function takeLine(tail: Uint8Array): string {
    const line = held.length === 0 ? tail : Buffer.concat([...held, tail]);
    held = [];
    const text = decoder.decode(line);
    const clean = firstLine && text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
    firstLine = false;
    return clean;
  }

  function onField(line: string, out: SseEvent[]): void {
    const colon = line.indexOf(':');
    if (colon === 0) return;
    const name = colon === -1 ? line : line.slice(0, colon);
    const start = line.charCodeAt(colon + 1) === 32 ? colon + 2 : colon + 1;
    const value = colon === -1 ? '' : line.slice(start);
    if (name === 'data') data.push(value);
    else if (name === 'event') event = value;
    else if (name === 'error') out.push({ event: name, data: value, standard: false });
    else if (line.startsWith('{')) onObject(line, out);
  }

  /** An object ends with the bracket that closes its first one. */
  function onObject(line: string, out: SseEvent[]): void {
    object.push(line);
    depth += depthOf(line);
    if (depth <= 0) endObject(out);
  }

  function endObject(out: SseEvent[]): void {
    if (object.length > 0) out.push({ event: null, data: object.join('\n'), standard: false });
    object = [];
    depth = 0;
  }

  function dispatch(out: SseEvent[]): void {
    if (data.length > 0) {
      out.push({ event, data: data.length === 1 ? (data[0] ?? '') : data.join('\n'), standard: true });
    }
    event = null;
    data = [];
  }

  function onLine(line: string, out: SseEvent[]): void {
    if (object.length > 0 && object.length < MOST_LINES && line !== '' && !/^\w*:/.test(line)) {
      onObject(line, out);
      return;
    }
    endObject(out);
    if (line === '') dispatch(out);
    else onField(line, out);
  }

  return {
    /** Feeds one read of any size; an event may span many reads and one read may hold many events. */
    push(bytes: Uint8Array): SseEvent[] {
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
    /** What is left when no more bytes come: some servers leave out the last blank line, or the last line's end. */
    finish(): SseEvent[] {
      const out: SseEvent[] = [];
      if (held.length > 0) onLine(takeLine(new Uint8Array(0)), out);
      endObject(out);
      dispatch(out);
      return out;
    },
    /** True when bytes of an event that has not ended are left over. */
    isPending: () => held.length > 0 || data.length > 0 || object.length > 0,
  };
}

/** How many brackets of a line of JSON stay open; below zero where it closes others. */
function depthOf(line: string): number {
  const plain = line.replace(/"(?:[^"\\]|\\.)*"/g, '');
  return (plain.match(/[{[]/g)?.length ?? 0) - (plain.match(/[}\]]/g)?.length ?? 0);
}
