import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  OPEN_BRACE,
  OPEN_BRACKET,
  SPACE,
} from '../../chat/ascii.ts';
import { createJsonScan } from './json-scan.ts';

/** Takes the members of top-level objects while a document passes by. */
export interface MemberSink {
  /** A member begins: how many bytes of its value are kept, and whether the elements of an array are given one by one. */
  begin(name: string): { readonly mostBytes: number; readonly split: boolean };
  /** A member's value as JSON, or an element of one that is split; null where it is longer than is kept. */
  take(name: string, value: Buffer | null): void;
  /** The object has ended. @param line where it begins, from 1 */
  end(line: number, fault: 'incomplete' | null): void;
}

/** Bytes of a name. */
const NAME_BYTES = 1024;

/**
 * Reads JSON objects that need not fit into memory, one after another or in an array: of each only what its sink keeps is
 * ever held. Values that are not kept are not checked. Where a line ends inside of a string the object is broken, and the
 * next line is read as the next one.
 */
export function createMemberScanner(sink: MemberSink) {
  let depth = 0;
  let startLine = 1;
  /** What is being read, where it begins, and whether some of it is forgotten already. */
  let part: 'name' | 'value' | 'element' | 'none' = 'none';
  let from = 0;
  let isTooLong = false;
  let name = '';
  let member: ReturnType<MemberSink['begin']> = { mostBytes: 0, split: false };
  const scan = createJsonScan({ byte, broken: () => finish('incomplete'), needed });

  function needed(): number {
    if (part === 'none') return scan.at;
    if (scan.at - from > (part === 'name' ? NAME_BYTES : member.mostBytes)) isTooLong = true;
    return isTooLong ? scan.at : from;
  }

  /** Begins with the next byte. */
  function begin(next: typeof part): void {
    [part, from, isTooLong] = [next, scan.at + 1, false];
  }

  /** The name or the value that ends before this byte. */
  function give(): void {
    const bytes = scan.slice(from, scan.at);
    if (part === 'name') {
      name = isTooLong ? '' : nameOf(bytes);
      member = sink.begin(name);
    } else if (part === 'value' || (part === 'element' && (isTooLong || !isBlank(bytes)))) {
      sink.take(name, isTooLong || bytes.length > member.mostBytes ? null : bytes);
    }
  }

  function finish(fault: 'incomplete' | null): void {
    sink.end(startLine, fault);
    depth = 0;
    part = 'none';
  }

  function open(code: number): void {
    depth += 1;
    if (depth === 1) {
      startLine = scan.line;
      begin('name');
    } else if (depth === 2 && part === 'value' && member.split && code === OPEN_BRACKET) {
      if (isBlank(scan.slice(from, scan.at))) begin('element');
    }
  }

  function close(code: number): void {
    if (depth === 1 && code === CLOSE_BRACKET) {
      finish('incomplete');
      scan.skipLine();
    } else if (depth === 1) {
      if (part === 'value') give();
      finish(null);
    } else {
      depth -= 1;
      if (depth > 1 || part !== 'element') return;
      give();
      part = 'none';
    }
  }

  function separate(code: number): void {
    if (depth === 1 && code === COLON && part === 'name') {
      give();
      begin('value');
    } else if (depth === 1 && code === COMMA) {
      if (part === 'value') give();
      begin('name');
    } else if (depth === 2 && code === COMMA && part === 'element') {
      give();
      begin('element');
    }
  }

  function byte(code: number): void {
    if (depth === 0 && code !== OPEN_BRACE) {
      // Between two objects.
      if (code === COMMA || code === OPEN_BRACKET || code === CLOSE_BRACKET) return;
      sink.end(scan.line, 'incomplete');
      scan.skipLine();
    } else if (code === OPEN_BRACE || code === OPEN_BRACKET) open(code);
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) close(code);
    else if (code === COMMA || code === COLON) separate(code);
  }

  return {
    push: scan.push,
    end(): void {
      if (depth > 0) finish('incomplete');
    },
  };
}

function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte <= SPACE);
}

/** Empty where it is no string. */
function nameOf(bytes: Buffer): string {
  try {
    return String(JSON.parse(bytes.toString('utf8')));
  } catch {
    return '';
  }
}
