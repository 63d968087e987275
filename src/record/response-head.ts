/** The end of a head that is searched for further than this is left to the parser, which refuses it, bytes. */
export const MAX_HEAD_BYTES = 256 * 1024;

const CR = 13;
const LF = 10;

/**
 * Reads the heads of one connection's responses as curl and Python do, and gives them as Node's strict parser takes them:
 * lines that end without CR or are folded, blanks before a colon, equal lengths twice, a length beside chunks. Sans-I/O. A
 * head that is sound, or that cannot be understood either, passes as it came.
 */
export interface HeadFilter {
  /** A request is about to be sent: the next bytes are a head. */
  expect(): void;
  /** @returns what the parser is to get now; null while a head is not complete */
  push(bytes: Buffer): Buffer | null;
  /** What was held back when the connection ended; null for nothing. */
  rest(): Buffer | null;
}

export function createHeadFilter(): HeadFilter {
  let inHead = false;
  let held: Buffer = Buffer.alloc(0);
  return {
    expect() {
      inHead = true;
      held = Buffer.alloc(0);
    },
    push(bytes) {
      if (!inHead) return bytes;
      held = held.length === 0 ? bytes : Buffer.concat([held, bytes]);
      const mended: Buffer[] = [];
      while (inHead) {
        const end = headEnd(held);
        if (end === -1) {
          if (held.length <= MAX_HEAD_BYTES) return mended.length === 0 ? null : Buffer.concat(mended);
          inHead = false;
          break;
        }
        const head = held.toString('latin1', 0, end);
        mended.push(Buffer.from(mend(head), 'latin1'));
        held = held.subarray(end);
        // After 1xx the final head is still to come; 101 is the end of HTTP on this connection.
        inHead = /^\s*HTTP\/1\.\d 1(?!01)\d\d/.test(head);
      }
      const all = Buffer.concat([...mended, held]);
      held = Buffer.alloc(0);
      return all;
    },
    rest() {
      const left = held;
      held = Buffer.alloc(0);
      return left.length === 0 ? null : left;
    },
  };
}

/** Where the body begins: behind an empty line, with or without CR; -1 while there is none. */
function headEnd(bytes: Buffer): number {
  let from = 0;
  // Empty lines before the status line are skipped (RFC 9112, 2.2).
  while (bytes[from] === CR || bytes[from] === LF) from += 1;
  for (let at = bytes.indexOf(LF, from); at !== -1; at = bytes.indexOf(LF, at + 1)) {
    if (bytes[at + 1] === LF) return at + 2;
    if (bytes[at + 1] === CR && bytes[at + 2] === LF) return at + 3;
  }
  return -1;
}

/** A bare LF, a folded line, a blank before a colon, a control character. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const ODD_LINE = /[^\r]\n|\n[ \t]|\n[^:\n]*[ \t]:|[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/;

/** A statement about where the body ends. */
const FRAMING_LINE = /\n(?:content-length|transfer-encoding)[ \t]*:([^\n]*)/gi;

function mend(head: string): string {
  const framing = [...head.matchAll(FRAMING_LINE)];
  const plain = framing.length < 2 && !/,|identity/i.test(framing[0]?.[1] ?? '');
  if (plain && !ODD_LINE.test(head)) return head;
  const [status = '', ...lines] = unfolded(head.trim().split(/\r?\n/));
  const fields = lines.map(fieldOf);
  const valuesOf = (name: string): string[] =>
    fields
      .filter(({ lower }) => lower === name)
      .flatMap(({ value }) => value.split(',').map((one) => one.trim().toLowerCase()));
  const codings = valuesOf('transfer-encoding').filter((coding) => coding !== 'identity');
  const [length = '', ...otherLengths] = new Set(valuesOf('content-length'));
  const firstLength = fields.findIndex(({ lower }) => lower === 'content-length');
  const kept = fields.flatMap(({ line, lower, name }, i) => {
    if (lower === 'transfer-encoding' && codings.length === 0) return [];
    if (lower !== 'content-length' || (codings.length === 0 && otherLengths.length > 0)) return [line];
    // Chunks decide where the body ends, whatever a length says (RFC 9112, 6.3).
    return codings.length === 0 && i === firstLength ? [`${name}: ${length}`] : [];
  });
  return `${[status, ...kept].join('\r\n')}\r\n\r\n`;
}

/** A header line with its parts; one without a colon is left for the parser to refuse. */
function fieldOf(line: string): { line: string; lower: string; name: string; value: string } {
  const colon = line.indexOf(':');
  if (colon === -1) return { line, lower: '', name: '', value: '' };
  const name = line.slice(0, colon).trimEnd();
  const value = withoutControls(line.slice(colon + 1).trim());
  return { line: `${name}: ${value}`, lower: name.toLowerCase(), name, value };
}

/** A line that begins with a blank goes on with the one before (RFC 9112, 5.2). */
function unfolded(lines: readonly string[]): string[] {
  const whole: string[] = [];
  for (const line of lines) {
    const last = whole.length - 1;
    if (last > 0 && /^[ \t]/.test(line)) whole[last] = `${whole[last]} ${line.trim()}`;
    else whole.push(line);
  }
  return whole;
}

/** A receiver may replace these with a blank (RFC 9110, 5.5). */
function withoutControls(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
  return value.replace(/[\0-\x08\x0a-\x1f\x7f]/g, ' ');
}
