import { BACKSLASH, LF, QUOTE, SPACE } from '../../chat/ascii.ts';
import { createHeldBytes } from '../../chat/held-bytes.ts';

/** What a scan meets. */
export interface JsonEvents {
  /** A byte outside of strings that is not blank, the quote before a string included. */
  byte(byte: number): void;
  /** A string has ended: the places of its quotes. */
  string?(start: number, end: number): void;
  /** A line ended inside of a string. */
  broken(): void;
  /** The first place that is still needed, called after every piece. */
  needed(): number;
}

/** A JSON document that need not fit into memory, read byte by byte. A place is the number of bytes before it. */
export interface JsonScan {
  push(piece: Uint8Array): void;
  /** The place that is being read. */
  readonly at: number;
  /** Its line, from 1. */
  readonly line: number;
  /** The string that is being read; null outside of strings. */
  readonly stringStart: number | null;
  /** Bytes that are still held. */
  slice(from: number, to: number): Buffer;
  /** Leaves out the rest of the line. */
  skipLine(): void;
}

/** Follows strings, their escapes and lines; the values are not checked. */
export function createJsonScan(events: JsonEvents): JsonScan {
  const store = createHeldBytes();
  /** The place of the first byte that is held. */
  let base = 0;
  /** Within what is held. */
  let at = 0;
  let line = 1;
  let stringStart: number | null = null;
  /** Whether the byte before `at` escapes the next one. */
  let isEscaped = false;
  let isSkipping = false;

  function scan(held: Buffer): void {
    while (at < held.length) {
      if (isSkipping) {
        const end = held.indexOf(LF, at);
        at = end === -1 ? held.length : end;
        isSkipping = end === -1;
      } else if (stringStart !== null) scanString(held, stringStart);
      else {
        const byte = held[at] ?? 0;
        if (byte === LF) line += 1;
        else if (byte > SPACE) events.byte(byte);
        if (byte === QUOTE && !isSkipping) [stringStart, isEscaped] = [base + at, false];
        at += 1;
      }
    }
  }

  /** Goes to the string's end, or as far as it is held. */
  function scanString(held: Buffer, start: number): void {
    const quote = held.indexOf(QUOTE, at);
    const stop = quote === -1 ? held.length : quote;
    const newline = held.subarray(at, stop).indexOf(LF);
    if (newline !== -1) {
      at += newline;
      stringStart = null;
      events.broken();
      return;
    }
    let escapes = 0;
    while (stop - escapes > at && held[stop - 1 - escapes] === BACKSLASH) escapes += 1;
    if (isEscaped && stop - escapes === at) escapes += 1;
    isEscaped = escapes % 2 === 1 && quote === -1;
    at = stop;
    if (quote === -1) return;
    if (escapes % 2 === 0) {
      stringStart = null;
      events.string?.(start, base + quote);
    }
    at += 1;
  }

  return {
    push(piece) {
      store.append(piece);
      scan(store.held);
      const count = Math.max(0, Math.min(events.needed() - base, at));
      store.drop(count);
      base += count;
      at -= count;
    },
    get at() {
      return base + at;
    },
    get line() {
      return line;
    },
    get stringStart() {
      return stringStart;
    },
    slice: (from, to) => store.held.subarray(Math.max(0, from - base), to - base),
    skipLine() {
      isSkipping = true;
    },
  };
}
