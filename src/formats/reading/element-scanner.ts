import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
} from '../../chat/ascii.ts';
import { MAX_RECORD_BYTES } from './byte-lines.ts';
import { createJsonScan } from './json-scan.ts';

/** One record of a JSON document. */
export interface Element {
  /** Its own bytes; null where it is too long, or its end is missing. */
  readonly bytes: Buffer | null;
  readonly fault: 'tooLong' | 'incomplete' | null;
  /** Where it begins, from 1. */
  readonly line: number;
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

/** Documents that were put behind one another may begin with it each. */
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** An object or array on the way to the records. */
interface Frame {
  readonly isArray: boolean;
  /** What the paths of its elements or members begin with. */
  readonly own: string;
}

/** Where something begins. */
interface Start {
  readonly at: number;
  readonly line: number;
}

/**
 * Cuts the records out of a JSON document that need not fit into memory: the elements of the arrays in `CONTAINERS`, and every
 * top-level object without such an array as it is. Values may follow one another. Where a line ends inside of a string the
 * record is broken: the next line is taken as the next record.
 */
export function createElementScanner(maxBytes = MAX_RECORD_BYTES) {
  let elements: Element[] = [];
  let frames: Frame[] = [];
  /** The last string outside of records: a name of a member, or a value. */
  let key = '';
  /** The record that is being read, and its depth. */
  let record: Start | null = null;
  let depth = 0;
  let isTooLong = false;
  /** A top-level object that may be a record itself, until an array of records is found in it. */
  let root: Start | null = null;
  /** Whether the top-level object has a member that only records have. */
  let isRecord = false;
  const scan = createJsonScan({ byte, string, broken: breakOff, needed });

  function needed(): number {
    const { at, stringStart } = scan;
    const first = Math.min(record?.at ?? at, root?.at ?? at, stringStart ?? at);
    if (at - first <= maxBytes) return first;
    isTooLong = true;
    return at;
  }

  function give({ at, line }: Start): void {
    const bytes = isTooLong ? null : scan.slice(at, scan.at + 1);
    elements.push({ bytes, fault: isTooLong ? 'tooLong' : null, line });
    isTooLong = false;
  }

  /** The record, or the document, cannot be read on: what follows the line is. */
  function breakOff(): void {
    const broken = record ?? root;
    if (broken !== null) elements.push({ bytes: null, fault: 'incomplete', line: broken.line });
    // Within an array of records the next line has the next one.
    const container = frames.findLastIndex((frame) => frame.isArray && CONTAINERS.includes(`${frame.own}*`));
    frames = frames.slice(0, container + 1);
    record = null;
    root = null;
    depth = 0;
    isTooLong = false;
  }

  function open(isArray: boolean): void {
    if (record !== null) {
      depth += 1;
      return;
    }
    const here = { at: scan.at, line: scan.line };
    const top = frames.at(-1);
    const path = top === undefined ? '' : `${top.own}${top.isArray ? '*' : key}`;
    if (top === undefined) isRecord = false;
    if (top !== undefined && !isRecord && CONTAINERS.includes(path)) {
      [record, depth] = [here, 1];
      return;
    }
    if (top === undefined && !isArray) root = here;
    const own = path === '' ? '' : `${path}.`;
    frames.push({ isArray, own });
    // The document is no record: its records are in this array.
    if (isArray && !isRecord && CONTAINERS.includes(`${own}*`)) {
      root = null;
      isTooLong = false;
    }
  }

  function close(): void {
    if (record !== null) {
      depth -= 1;
      if (depth > 0) return;
      give(record);
      record = null;
    } else if (frames.pop() === undefined) {
      breakOff();
      scan.skipLine();
    } else if (frames.length === 0 && root !== null) {
      give(root);
      root = null;
    }
  }

  function byte(code: number): void {
    if (code === OPEN_BRACE || code === OPEN_BRACKET) open(code === OPEN_BRACKET);
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) close();
    else if (code === COLON) isRecord ||= record === null && frames.length === 1 && OF_RECORDS.includes(key);
    else if (frames.length > 0 || record !== null || code === COMMA || code === QUOTE) return;
    else if (!BYTE_ORDER_MARK.includes(code)) {
      // A number, a word or no JSON at all outside of every object.
      elements.push({ bytes: null, fault: 'incomplete', line: scan.line });
      scan.skipLine();
    }
  }

  function string(start: number, end: number): void {
    if (record === null) key = scan.slice(start + 1, end).toString();
  }

  return {
    push(piece: Uint8Array): readonly Element[] {
      elements = [];
      scan.push(piece);
      return elements;
    },
    end(): readonly Element[] {
      const open = record ?? root;
      if (open === null && scan.stringStart === null) return [];
      return [{ bytes: null, fault: isTooLong ? 'tooLong' : 'incomplete', line: open?.line ?? scan.line }];
    },
    /** Whether the document goes on: at its end, that it was cut between two records. */
    isOpen: () => record === null && root === null && frames.length > 0,
  };
}
