/** Where and why a text is not JSON, in the words of the two parsers that vLLM's front ends use. */
export interface JsonFault {
  /** Python's `json`: its message and the index of the character. */
  readonly python: { readonly message: string; readonly at: number };
  /** Rust's `serde_json` with `serde_path_to_error`: the path to the value, '' at the top, and the message with its place. */
  readonly serde: { readonly path: string; readonly message: string };
}

/** Thrown within the scanner. `serdeAt` is the number of characters that serde had read. */
class Fault extends Error {
  readonly python: string;
  readonly pythonAt: number;
  readonly serde: string;
  readonly serdeAt: number;

  constructor(python: string, pythonAt: number, serde: string, serdeAt: number) {
    super(serde);
    this.python = python;
    this.pythonAt = pythonAt;
    this.serde = serde;
    this.serdeAt = serdeAt;
  }
}

/** Fields whose values serde follows into their elements; it passes over the insides of others. */
const FOLLOWED = ['messages', 'tools', 'tokens', 'stream_options', 'response_format'];

/** Finds the first fault of a text that `JSON.parse` refuses; null when there is none. */
export function jsonFault(text: string): JsonFault | null {
  const scanner = { text, at: 0, path: [] as (string | number)[] };
  try {
    value(scanner);
    skipSpace(scanner);
    if (scanner.at < text.length) {
      throw new Fault('Extra data', scanner.at, 'trailing characters', scanner.at + 1);
    }
    return null;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return {
      python: { message: error.python, at: error.pythonAt },
      serde: { path: serdePath(scanner.path), message: `${error.serde}${serdePlace(text, error.serdeAt)}` },
    };
  }
}

/** ` at line L column C` after so many characters; columns count bytes. */
export function serdePlace(text: string, read: number): string {
  const before = text.slice(0, read);
  const lineStart = before.lastIndexOf('\n') + 1;
  const line = before.split('\n').length;
  return ` at line ${line} column ${Buffer.byteLength(before.slice(lineStart))}`;
}

/** `a.b[0]`; beyond a field that is passed over there is nothing. */
export function serdePath(path: readonly (string | number)[]): string {
  const [first] = path;
  const followed = FOLLOWED.includes(String(first)) ? path : path.slice(0, 1).filter((name) => name !== '?');
  return followed
    .map((name, i) => (typeof name === 'number' ? `[${name}]` : i === 0 ? name : `.${name}`))
    .join('');
}

/**
 * Where the value at a path ends, as a number of characters: what serde has read when it complains about its type.
 * @param text JSON
 * @returns the text's end for the empty path, and for one that leads nowhere
 */
export function valueEnd(text: string, path: readonly (string | number)[]): number {
  const scanner = { text, at: 0, path: [] as (string | number)[], wanted: serdePath(path), end: -1 };
  if (path.length === 0) return text.trimEnd().length;
  value(scanner);
  return scanner.end === -1 ? text.trimEnd().length : scanner.end;
}

interface Scanner {
  readonly text: string;
  at: number;
  /** Left as it was where the fault is. */
  readonly path: (string | number)[];
  /** A path whose value's end is looked for, and the end once it was found. */
  readonly wanted?: string;
  end?: number;
}

function skipSpace(scanner: Scanner): void {
  while (' \t\n\r'.includes(scanner.text[scanner.at] ?? '.')) scanner.at += 1;
}

function value(scanner: Scanner): void {
  skipSpace(scanner);
  const first = scanner.text[scanner.at];
  if (first === undefined) throw end(scanner, 'Expecting value', 'a value');
  if (first === '{') object(scanner);
  else if (first === '[') array(scanner);
  else if (first === '"') string(scanner);
  else if (/[-0-9]/.test(first)) number(scanner);
  else literal(scanner, first);
  if (scanner.wanted !== undefined && serdePath(scanner.path) === scanner.wanted) scanner.end = scanner.at;
}

function end(scanner: Scanner, python: string, what: string): Fault {
  const { length } = scanner.text;
  return new Fault(python, length, `EOF while parsing ${what}`, length);
}

function unexpected(scanner: Scanner, python: string, serde: string): Fault {
  return new Fault(python, scanner.at, serde, scanner.at + 1);
}

function object(scanner: Scanner): void {
  const { text, path } = scanner;
  scanner.at += 1;
  const nested = path.length > 0;
  for (let members = 0; ; members++) {
    if (nested) path.push('?');
    skipSpace(scanner);
    const next = text[scanner.at];
    if (next === '}' && members === 0) break;
    if (next !== '"') {
      const named = 'Expecting property name enclosed in double quotes';
      if (next === undefined) throw end(scanner, named, members === 0 ? 'an object' : 'a value');
      throw unexpected(scanner, named, next === '}' ? 'trailing comma' : 'key must be a string');
    }
    const name = string(scanner);
    skipSpace(scanner);
    if (text[scanner.at] === undefined) throw end(scanner, "Expecting ':' delimiter", 'an object');
    if (text[scanner.at] !== ':') throw unexpected(scanner, "Expecting ':' delimiter", 'expected `:`');
    scanner.at += 1;
    if (nested) path.pop();
    path.push(name);
    value(scanner);
    path.pop();
    if (nested) path.push('?');
    skipSpace(scanner);
    if (text[scanner.at] === '}') break;
    if (text[scanner.at] === undefined) throw end(scanner, "Expecting ',' delimiter", 'an object');
    if (text[scanner.at] !== ',') throw unexpected(scanner, "Expecting ',' delimiter", 'expected `,` or `}`');
    scanner.at += 1;
    if (nested) path.pop();
  }
  if (nested) path.pop();
  scanner.at += 1;
}

function array(scanner: Scanner): void {
  const { text, path } = scanner;
  scanner.at += 1;
  for (let i = 0; ; i++) {
    skipSpace(scanner);
    const next = text[scanner.at];
    if (next === ']' && i === 0) break;
    if (next === undefined) throw end(scanner, 'Expecting value', i === 0 ? 'a list' : 'a value');
    if (next === ']') throw unexpected(scanner, 'Expecting value', 'expected value');
    path.push(i);
    value(scanner);
    path.pop();
    skipSpace(scanner);
    if (text[scanner.at] === ']') break;
    if (text[scanner.at] === undefined) throw end(scanner, "Expecting ',' delimiter", 'a list');
    if (text[scanner.at] !== ',') throw unexpected(scanner, "Expecting ',' delimiter", 'expected `,` or `]`');
    scanner.at += 1;
  }
  scanner.at += 1;
}

function string(scanner: Scanner): string {
  const { text } = scanner;
  const start = scanner.at;
  scanner.at += 1;
  for (;;) {
    const unit = text[scanner.at];
    if (unit === undefined) {
      throw new Fault('Unterminated string starting at', start, 'EOF while parsing a string', text.length);
    }
    if (unit === '"') break;
    if (unit < ' ') {
      const serde = 'control character (\\u0000-\\u001F) found while parsing a string';
      throw unexpected(scanner, 'Invalid control character at', serde);
    }
    scanner.at += unit === '\\' ? escapeLength(scanner) : 1;
  }
  scanner.at += 1;
  return text.slice(start + 1, scanner.at - 1);
}

function escapeLength({ text, at }: Scanner): number {
  const letter = text[at + 1] ?? '';
  if (letter === '' || '"\\/bfnrt'.includes(letter)) return 2;
  if (letter !== 'u') throw new Fault('Invalid \\escape', at, 'invalid escape', at + 2);
  const digits = /^[0-9a-fA-F]*/.exec(text.slice(at + 2, at + 6))?.[0].length ?? 0;
  if (digits === 4) return 6;
  throw new Fault('Invalid \\uXXXX escape', at + 2, 'invalid escape', at + 3 + digits);
}

function number(scanner: Scanner): void {
  const { text, at } = scanner;
  const rest = text.slice(at);
  const python = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?/.exec(rest)?.[0] ?? '';
  const after = rest[python.length];
  // What serde has taken for a number when it finds that it is none.
  const wrong =
    python === '' || /^[-0][0-9]/.test(rest.slice(python.length - 1)) || /^[.eE]/.test(after ?? '');
  if (!wrong) {
    scanner.at += python.length;
    return;
  }
  const read = /^-?\d*\.?(?:[eE][-+]?)?/.exec(rest)?.[0].length ?? 0;
  const bad = python === '0' || python === '-0' ? python.length : read;
  const pythonMessage = python === '' ? 'Expecting value' : "Expecting ',' delimiter";
  const eof = at + bad >= text.length;
  throw new Fault(
    pythonMessage,
    at + python.length,
    eof ? 'EOF while parsing a value' : 'invalid number',
    eof ? text.length : at + bad + 1,
  );
}

function literal(scanner: Scanner, first: string): void {
  const { text, at } = scanner;
  const word = { t: 'true', f: 'false', n: 'null' }[first];
  if (word === undefined) throw unexpected(scanner, 'Expecting value', 'expected value');
  for (let i = 0; i < word.length; i++) {
    const letter = text[at + i];
    if (letter === word[i]) continue;
    const eof = letter === undefined;
    throw new Fault(
      'Expecting value',
      at,
      eof ? 'EOF while parsing a value' : 'expected ident',
      eof ? text.length : at + i + 1,
    );
  }
  scanner.at += word.length;
}
