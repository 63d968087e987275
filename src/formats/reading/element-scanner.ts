import { createHeldBytes } from '../../chat/held-bytes.ts';
import { MAX_RECORD_BYTES } from './byte-lines.ts';

/** One record of a JSON document. */
export interface Element {
  /** Its own bytes; null where it is too long, or its end is missing. */
  readonly bytes: Buffer | null;
  readonly fault: 'tooLong' | 'incomplete' | null;
  /** Where it begins, from 1. */
  readonly line: number;
}

/** Cuts the records out of a JSON document that need not fit into memory. */
export interface ElementScanner {
  push(piece: Uint8Array): readonly Element[];
  end(): readonly Element[];
  /** Whether the document goes on: at its end, that it was cut between two records. */
  isOpen(): boolean;
}

/** Members that answers of stores of spans have around their spans. */
export const SPAN_WRAPPERS = ['result', 'trace', 'data'] as const;

/** Members that a record may have beside a list called `data`, say; a page of an API has numbers and links there. */
export const OF_RECORDS: readonly string[] = [
  'messages',
  'prompt',
  'input',
  'body',
  'payload',
  'request_body',
  'attributes',
];

/** Arrays of records, by the members that lead there; `*` is an element of an array on the way. */
const CONTAINERS: readonly string[] = [
  '*',
  'data.*',
  'log.entries.*',
  'spans.*',
  ...['', ...SPAN_WRAPPERS.map((member) => `${member}.`)].flatMap((before) =>
    ['resourceSpans', 'batches'].flatMap((resources) =>
      ['scopeSpans', 'instrumentationLibrarySpans'].map(
        (scopes) => `${before}${resources}.*.${scopes}.*.spans.*`,
      ),
    ),
  ),
];

const LF = 10;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Documents that were put behind one another may begin with it each. */
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** An object or array on the way to the records. */
interface Frame {
  readonly isArray: boolean;
  /** What the paths of its elements or members begin with. */
  readonly own: string;
}

/**
 * Gives the elements of the arrays in `CONTAINERS`, and every top-level object without such an array as it is. Values may
 * follow one another. Where a line ends inside of a string the record is broken: the next line is taken as the next record.
 */
export function createElementScanner(maxBytes = MAX_RECORD_BYTES): ElementScanner {
  const store = createHeldBytes();
  let elements: Element[] = [];
  /** Where the next byte to look at is in what is held. */
  let at = 0;
  let line = 1;
  let frames: Frame[] = [];
  /** Within a string, with its start; a name of a member, or a value. */
  let isInString = false;
  let stringStart = 0;
  let key = '';
  /** The record that is being read: where it begins, and its depth. */
  let start: number | null = null;
  let startLine = 1;
  let depth = 0;
  let isTooLong = false;
  /** A top-level object that may be a record itself, until an array of records is found in it. */
  let rootStart: number | null = null;
  let rootLine = 1;
  let isSkippingLine = false;
  /** Whether the top-level object has a member that only records have. */
  let isRecord = false;

  const pathOf = (frame: Frame): string => (frame.isArray ? `${frame.own}*` : `${frame.own}${key}`);

  function give(from: number, to: number, placed: number): void {
    const { held } = store;
    const bytes = isTooLong ? null : held.subarray(from, to);
    elements.push({ bytes, fault: isTooLong ? 'tooLong' : null, line: placed });
    isTooLong = false;
  }

  /** The record, or the document, cannot be read on: what follows the line is. */
  function breakOff(): void {
    if (start !== null || rootStart !== null) {
      elements.push({ bytes: null, fault: 'incomplete', line: start === null ? rootLine : startLine });
    }
    // Within an array of records the next line has the next one.
    const container = frames.findLast((frame) => frame.isArray && CONTAINERS.includes(`${frame.own}*`));
    frames = container === undefined ? [] : frames.slice(0, frames.indexOf(container) + 1);
    start = null;
    rootStart = null;
    depth = 0;
    isInString = false;
    isTooLong = false;
    isSkippingLine = true;
  }

  function open(isArray: boolean): void {
    if (start !== null) {
      depth += 1;
      return;
    }
    const top = frames.at(-1);
    const path = top === undefined ? '' : pathOf(top);
    if (top === undefined) isRecord = false;
    if (top !== undefined && !isRecord && CONTAINERS.includes(path)) {
      [start, startLine, depth] = [at, line, 1];
      return;
    }
    if (top === undefined && !isArray) [rootStart, rootLine] = [at, line];
    const own = path === '' ? '' : `${path}.`;
    frames.push({ isArray, own });
    // The document is no record: its records are in this array.
    if (isArray && !isRecord && CONTAINERS.includes(`${own}*`)) {
      rootStart = null;
      isTooLong = false;
    }
  }

  function close(): void {
    if (start !== null) {
      depth -= 1;
      if (depth > 0) return;
      give(start, at + 1, startLine);
      start = null;
      return;
    }
    if (frames.pop() === undefined) {
      breakOff();
      return;
    }
    if (frames.length > 0 || rootStart === null) return;
    give(rootStart, at + 1, rootLine);
    rootStart = null;
  }

  /** Reads what is held to its end. */
  function scan(held: Buffer): void {
    while (at < held.length) {
      if (isSkippingLine) {
        const end = held.indexOf(LF, at);
        at = end === -1 ? held.length : end;
        isSkippingLine = end === -1;
        continue;
      }
      if (isInString) {
        if (!scanString(held)) return;
        continue;
      }
      const byte = held[at];
      if (byte === QUOTE) {
        isInString = true;
        stringStart = at;
      } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) open(byte === OPEN_BRACKET);
      else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) close();
      else if (byte === LF) line += 1;
      else if (byte === COLON) isRecord ||= start === null && frames.length === 1 && OF_RECORDS.includes(key);
      else if (
        byte !== COMMA &&
        frames.length === 0 &&
        start === null &&
        (byte ?? 0) > 0x20 &&
        !BYTE_ORDER_MARK.includes(byte ?? 0)
      ) {
        // A number, a word or no JSON at all outside of every object.
        elements.push({ bytes: null, fault: 'incomplete', line });
        isSkippingLine = true;
      }
      at += 1;
    }
  }

  /** Goes to a string's end; false where it is not held yet. */
  function scanString(held: Buffer): boolean {
    let from = Math.max(at, stringStart + 1);
    for (let end = held.indexOf(QUOTE, from); ; end = held.indexOf(QUOTE, from)) {
      const stop = end === -1 ? held.length : end;
      const newline = held.subarray(from, stop).indexOf(LF);
      if (newline !== -1) {
        at = from + newline;
        breakOff();
        // The line end itself is still to be counted.
        isSkippingLine = false;
        return true;
      }
      if (end === -1) {
        at = held.length;
        return false;
      }
      let escapes = 0;
      while (held[end - 1 - escapes] === BACKSLASH) escapes += 1;
      from = end + 1;
      if (escapes % 2 !== 0) continue;
      if (start === null) key = held.toString('utf8', stringStart + 1, end);
      isInString = false;
      at = end + 1;
      return true;
    }
  }

  /** Forgets what is no longer needed. */
  function trim(): void {
    // The start of a string may be forgotten already.
    const first = Math.max(0, Math.min(start ?? at, rootStart ?? at, isInString ? stringStart : at));
    if (at - first > maxBytes) {
      isTooLong = true;
      // Its bytes are of no use any more, but for the end of an escape at the end of what is held.
      forget(Math.max(first, at - 8));
      return;
    }
    forget(first);
  }

  function forget(count: number): void {
    store.drop(count);
    at -= count;
    stringStart = Math.max(-1, stringStart - count);
    if (start !== null) start = Math.max(0, start - count);
    if (rootStart !== null) rootStart = Math.max(0, rootStart - count);
  }

  return {
    push(piece) {
      elements = [];
      store.append(piece);
      scan(store.held);
      trim();
      return elements;
    },
    end() {
      elements = [];
      if (start !== null || rootStart !== null || isInString) {
        const fault = isTooLong ? 'tooLong' : 'incomplete';
        elements.push({ bytes: null, fault, line: start === null ? rootLine : startLine });
      }
      return elements;
    },
    isOpen: () => start === null && rootStart === null && frames.length > 0,
  };
}
