import { BACKSLASH, LF, QUOTE, SPACE } from '../../chat/ascii.ts';
import { HeldBytes } from '../../chat/held-bytes.ts';

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

/**
 * Follows the strings, their escapes and the lines of a JSON document that need not fit into memory; the values are not
 * checked. A place is the number of bytes before it.
 */
export function createJsonScan(events: JsonEvents) {
  const store = new HeldBytes();
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
    push(piece: Uint8Array): void {
      store.append(piece);
      scan(store.held);
      const count = Math.max(0, Math.min(events.needed() - base, at));
      store.drop(count);
      base += count;
      at -= count;
    },
    /** The place that is being read. */
    get at(): number {
      return base + at;
    },
    /** Its line, from 1. */
    get line(): number {
      return line;
    },
    /** The string that is being read; null outside of strings. */
    get stringStart(): number | null {
      return stringStart;
    },
    /** Bytes that are still held. */
    slice: (from: number, to: number): Buffer => store.held.subarray(Math.max(0, from - base), to - base),
    /** Leaves out the rest of the line. */
    skipLine(): void {
      isSkipping = true;
    },
  };
}
