import { CR, LF } from './ascii.ts';
/** The end of a head that is searched for further than this is left to the parser, which refuses it, bytes. */
export const MAX_HEAD_BYTES = 256 * 1024;

const NONE = Buffer.alloc(0);

/**
 * Reads the heads of one connection's responses as curl and Python do, and gives them as Node's strict parser takes them:
 * lines that end without CR or are folded, blanks before a colon, equal lengths twice, a length beside chunks. Sans-I/O. A
 * head that is sound, or that cannot be understood either, passes as it came.
 */
export class HeadFilter {
  /** Where in what `push` gave last the bytes behind a head begin. */
  bodyAt = 0;
  private inHead = false;
  private held: Buffer = NONE;

  /** A request is about to be sent: the next bytes are a head. */
  expect(): void {
    this.inHead = true;
    this.held = NONE;
  }

  /** @returns what the parser is to get now; null while a head is not complete */
  push(bytes: Buffer): Buffer | null {
    this.bodyAt = 0;
    if (!this.inHead) return bytes;
    const all = this.held.length === 0 ? bytes : Buffer.concat([this.held, bytes]);
    this.held = NONE;
    /** The heads as they are given; null while they are given as they came, and not copied. */
    let mended: Buffer[] | null = null;
    let at = 0;
    while (this.inHead) {
      const rest = at === 0 ? all : all.subarray(at);
      const length = headEnd(rest);
      if (length === -1 && rest.length <= MAX_HEAD_BYTES) {
        this.held = rest;
        break;
      }
      // The end of one that is too long is not searched for.
      this.inHead = false;
      if (length === -1) break;
      const came = rest.toString('latin1', 0, length);
      const head = mendHead(came);
      if (head !== came) mended ??= [all.subarray(0, at)];
      mended?.push(Buffer.from(head, 'latin1'));
      at += length;
      // After 1xx the final head is still to come; 101 is the end of HTTP on this connection.
      this.inHead = /^\s*HTTP\/1\.\d 1(?!01)\d\d/.test(head);
    }
    const heads = mended === null ? null : Buffer.concat(mended);
    this.bodyAt = heads?.length ?? at;
    if (this.held.length > 0) return this.bodyAt === 0 ? null : (heads ?? all.subarray(0, at));
    return heads === null ? all : Buffer.concat([heads, all.subarray(at)]);
  }

  /** What was held back when the connection ended; null for nothing. */
  rest(): Buffer | null {
    const left = this.held;
    this.held = NONE;
    return left.length === 0 ? null : left;
  }
}

/** Where the body begins: behind an empty line, with or without CR; -1 while there is none. */
export function headEnd(bytes: Buffer): number {
  let from = 0;
  // Empty lines before the status line are skipped (RFC 9112, 2.2).
  while (bytes[from] === CR || bytes[from] === LF) from += 1;
  for (let at = bytes.indexOf(LF, from); at !== -1; at = bytes.indexOf(LF, at + 1)) {
    if (bytes[at + 1] === LF) return at + 2;
    if (bytes[at + 1] === CR && bytes[at + 2] === LF) return at + 3;
  }
  return -1;
}

/** A name as HTTP allows it (RFC 9110, 5.6.2). */
const TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
const TEXT = '[\\t -~\\x80-\\xff]*';
const SOUND = new RegExp(`^HTTP/1\\.\\d \\d{3}(?: ${TEXT})?\\r\\n(?:${TOKEN}:${TEXT}\\r\\n)*\\r\\n$`);

/** A statement about where the body ends. */
const FRAMING_LINE = /\n(?:content-length|transfer-encoding):([^\n]*)/gi;

/** A head with its last empty line, as a strict parser takes it; a sound one is the very same. */
export function mendHead(head: string): string {
  FRAMING_LINE.lastIndex = 0;
  const [, framing = '0'] = FRAMING_LINE.exec(head) ?? [];
  const oneFraming = /^\s*(\d+|chunked)\s*$/i.test(framing) && FRAMING_LINE.exec(head) === null;
  if (oneFraming && SOUND.test(head)) return head;
  const [status = '', ...lines] = unfolded(head.trim().split(/\r?\n/));
  const fields = lines.flatMap(fieldOf);
  const valuesOf = (header: string): string[] =>
    fields
      .filter(({ lower }) => lower === header)
      .flatMap(({ value }) => value.split(',').map((one) => one.trim().toLowerCase()))
      .filter((value) => value !== '' && value !== 'identity');
  const codings = valuesOf('transfer-encoding');
  const lengths = new Set(valuesOf('content-length').map((length) => length.replace(/^\+/, '')));
  const firstLength = fields.findIndex(({ lower }) => lower === 'content-length');
  const kept = fields.flatMap(({ name, lower, value }, i) => {
    if (lower === 'transfer-encoding' && codings.length === 0) return [];
    if (lower !== 'content-length' || (codings.length === 0 && lengths.size > 1))
      return [`${name}: ${value}`];
    // Chunks decide where the body ends, whatever a length says (RFC 9112, 6.3).
    return codings.length === 0 && i === firstLength
      ? [...lengths].map((length) => `${name}: ${length}`)
      : [];
  });
  return `${[statusLine(status), ...kept].join('\r\n')}\r\n\r\n`;
}

function statusLine(line: string): string {
  const [, start, reason = ''] = /^(HTTP\/1\.\d[ \t]+\d{3})(?:[ \t]+(.*))?$/s.exec(line) ?? [];
  return start === undefined ? line : `${start.replace(/[ \t]+/, ' ')} ${withoutControls(reason)}`;
}

const NAME = new RegExp(`^${TOKEN}$`);

/** A header line in its parts; one without a name that HTTP allows cannot be passed on and is left out. */
function fieldOf(line: string): { name: string; lower: string; value: string }[] {
  const colon = line.indexOf(':');
  const name = line.slice(0, Math.max(0, colon)).trimEnd();
  if (!NAME.test(name)) return [];
  return [{ name, lower: name.toLowerCase(), value: withoutControls(line.slice(colon + 1).trim()) }];
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
