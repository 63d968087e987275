import { createHeldBytes } from '../../chat/held-bytes.ts';

/** Takes the members of top-level objects while a document passes by. */
export interface MemberSink {
  /** A member begins: how many bytes of its value are kept, and whether the elements of an array are given one by one. */
  begin(name: string): { readonly mostBytes: number; readonly split: boolean };
  /** A member's value as JSON, or an element of one that is split; null where it is longer than is kept. */
  take(name: string, value: Buffer | null): void;
  /** The object has ended. @param line where it begins, from 1 */
  end(line: number, fault: 'incomplete' | null): void;
}

export interface MemberScanner {
  push(piece: Uint8Array): void;
  end(): void;
}

/** Bytes of a name. */
const NAME_BYTES = 1024;

const LF = 10;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/**
 * Reads JSON objects that need not fit into memory, one after another or in an array: of each only what its sink keeps is
 * ever held. Values that are not kept are not checked. Where a line ends inside of a string the object is broken, and the
 * next line is read as the next one.
 */
export function createMemberScanner(sink: MemberSink): MemberScanner {
  const store = createHeldBytes();
  let at = 0;
  let [line, startLine] = [1, 1];
  let depth = 0;
  let isInString = false;
  let isEscaped = false;
  let isSkippingLine = false;
  /** What is being read, where it begins, and whether some of it is forgotten already. */
  let part: 'name' | 'value' | 'element' | 'none' = 'none';
  let from = 0;
  let isTooLong = false;
  let name = '';
  let member: ReturnType<MemberSink['begin']> = { mostBytes: 0, split: false };

  function begin(next: typeof part, start: number): void {
    [part, from, isTooLong] = [next, start, false];
  }

  /** The name or the value that ends before the next byte. */
  function give(held: Buffer): void {
    const bytes = held.subarray(from, at);
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
    isInString = false;
    isEscaped = false;
    part = 'none';
  }

  function open(held: Buffer, byte: number): void {
    depth += 1;
    if (depth === 1) {
      startLine = line;
      begin('name', at + 1);
    } else if (depth === 2 && part === 'value' && member.split && byte === OPEN_BRACKET) {
      if (isBlank(held.subarray(from, at))) begin('element', at + 1);
    }
  }

  function close(held: Buffer, byte: number): void {
    if (depth === 1) {
      if (byte === CLOSE_BRACKET) {
        finish('incomplete');
        isSkippingLine = true;
        return;
      }
      if (part === 'value') give(held);
      finish(null);
      return;
    }
    depth -= 1;
    if (depth === 1 && part === 'element') {
      give(held);
      part = 'none';
    }
  }

  function separate(held: Buffer, byte: number): void {
    if (depth === 1 && byte === COLON && part === 'name') {
      give(held);
      begin('value', at + 1);
    } else if (depth === 1 && byte === COMMA) {
      if (part === 'value') give(held);
      begin('name', at + 1);
    } else if (depth === 2 && byte === COMMA && part === 'element') {
      give(held);
      begin('element', at + 1);
    }
  }

  /** Between two objects. */
  function outside(held: Buffer, byte: number): void {
    if (byte === OPEN_BRACE) open(held, byte);
    else if (byte > 0x20 && byte !== COMMA && byte !== OPEN_BRACKET && byte !== CLOSE_BRACKET) {
      sink.end(line, 'incomplete');
      isSkippingLine = true;
    }
  }

  function scan(held: Buffer): void {
    for (; at < held.length; at++) {
      const byte = held[at] ?? 0;
      if (byte === LF) {
        if (isInString) finish('incomplete');
        isSkippingLine = false;
        line += 1;
      } else if (isSkippingLine) continue;
      else if (isInString) {
        if (isEscaped) isEscaped = false;
        else if (byte === BACKSLASH) isEscaped = true;
        else if (byte === QUOTE) isInString = false;
      } else if (depth === 0) outside(held, byte);
      else if (byte === QUOTE) isInString = true;
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) open(held, byte);
      else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) close(held, byte);
      else if (byte === COMMA || byte === COLON) separate(held, byte);
    }
  }

  /** Forgets what is no longer needed. */
  function trim(): void {
    const most = part === 'name' ? NAME_BYTES : member.mostBytes;
    if (part !== 'none' && at - from > most) isTooLong = true;
    const needed = part === 'none' || isTooLong ? at : from;
    store.drop(needed);
    at -= needed;
    from = isTooLong ? 0 : from - needed;
  }

  return {
    push(piece) {
      store.append(piece);
      scan(store.held);
      trim();
    },
    end() {
      if (depth > 0) finish('incomplete');
    },
  };
}

function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte <= 0x20);
}

/** Empty where it is no string. */
function nameOf(bytes: Buffer): string {
  try {
    return String(JSON.parse(bytes.toString('utf8')));
  } catch {
    return '';
  }
}
