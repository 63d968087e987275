import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COMMA,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  SPACE,
} from '../ascii.ts';

/** Where one member of a JSON object is in its bytes. */
interface MemberPlace {
  readonly key: string;
  /** The key's opening quote. */
  readonly start: number;
  readonly valueStart: number;
  /** After the value's last byte. */
  readonly end: number;
}

/** What becomes of a member: the JSON text of its new value, or null to take it away. */
export type MemberEdits = ReadonlyMap<string, string | null>;

/** An object's bytes after an edit. */
export interface EditedObject {
  readonly bytes: Uint8Array;
  /** Where in them each value begins that was written. */
  readonly written: ReadonlyMap<string, number>;
}

/**
 * Changes members of a JSON object and leaves every other byte as it was: numbers keep their digits, texts their
 * escapes, white space its place. A key that is not there yet comes last, in the order of the edits. Where a key occurs
 * twice its last value counts, as for every parser that matters here; the others go.
 * @param bytes a valid JSON object
 */
export function editMembers(bytes: Uint8Array, edits: MemberEdits): EditedObject {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const members = membersOf(text);
  const lastOf = new Map(members.map((member) => [member.key, member]));
  const written = new Map<string, number>();
  const pieces: Uint8Array[] = [];
  let length = 0;
  const push = (piece: Uint8Array): void => {
    pieces.push(piece);
    length += piece.length;
  };
  const write = (key: string, value: string): void => {
    written.set(key, length);
    push(Buffer.from(value));
  };

  const head = text.subarray(0, members[0]?.start ?? text.indexOf(OPEN_BRACE) + 1);
  push(head);
  let before = head.length;
  for (const member of members) {
    const { key, start, valueStart, end } = member;
    const edit = edits.get(key);
    if (edit !== null && (edit === undefined || lastOf.get(key) === member)) {
      // The comma and the white space after the member before it.
      if (pieces.length > 1) push(text.subarray(before, start));
      push(text.subarray(start, edit === undefined ? end : valueStart));
      if (edit !== undefined) write(key, edit);
    }
    before = end;
  }
  for (const [key, edit] of edits) {
    if (edit === null || lastOf.has(key)) continue;
    push(Buffer.from(`${pieces.length > 1 ? ',' : ''}${JSON.stringify(key)}:`));
    write(key, edit);
  }
  push(text.subarray(before));
  return { bytes: Buffer.concat(pieces), written };
}

/**
 * The bytes of a member's value as they are written, a view; null where there is no such member. Where a key occurs twice
 * its last value counts.
 * @param bytes a valid JSON object
 */
export function memberBytes(bytes: Uint8Array, key: string): Uint8Array | null {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const member = membersOf(text).findLast((one) => one.key === key);
  return member === undefined ? null : bytes.subarray(member.valueStart, member.end);
}

/** The object's own members in order. Strings are skipped with native searches: prompts are long. */
function membersOf(text: Buffer): readonly MemberPlace[] {
  const members: MemberPlace[] = [];
  let at = skipSpace(text, text.indexOf(OPEN_BRACE) + 1);
  while (text[at] === QUOTE) {
    const start = at;
    const keyEnd = endOfString(text, at);
    const valueStart = skipSpace(text, skipSpace(text, keyEnd) + 1);
    const end = endOfValue(text, valueStart);
    members.push({ key: JSON.parse(text.toString('utf8', start, keyEnd)) as string, start, valueStart, end });
    at = skipSpace(text, end);
    if (text[at] === COMMA) at = skipSpace(text, at + 1);
  }
  return members;
}

function skipSpace(text: Buffer, from: number): number {
  let at = from;
  while ((text[at] ?? 0xff) <= SPACE) at += 1;
  return at;
}

/** @param from the opening quote */
function endOfString(text: Buffer, from: number): number {
  for (let at = text.indexOf(QUOTE, from + 1); at !== -1; at = text.indexOf(QUOTE, at + 1)) {
    let escapes = 0;
    while (text[at - 1 - escapes] === BACKSLASH) escapes += 1;
    if (escapes % 2 === 0) return at + 1;
  }
  return text.length;
}

function endOfValue(text: Buffer, from: number): number {
  let depth = 0;
  let at = from;
  while (at < text.length) {
    const byte = text[at];
    if (byte === QUOTE) {
      at = endOfString(text, at);
      if (depth === 0) return at;
      continue;
    }
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth += 1;
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      // The object's own end, right after a number or a word.
      if (depth === 0) return at;
      depth -= 1;
      if (depth === 0) return at + 1;
    } else if (depth === 0 && (byte === COMMA || (byte ?? 0) <= SPACE)) return at;
    at += 1;
  }
  return at;
}
