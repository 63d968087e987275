/** A string or template literal of a source file. */
export interface Literal {
  /** The text; every inserted expression is a NUL. */
  readonly text: string;
  /** Names of the calls, from the outermost, among whose arguments it is. */
  readonly calls: readonly string[];
  readonly line: number;
}

/** Reads a source's literals, with those inside of templates, but for comments and regular expressions. */
export function literalsOf(code: string): readonly Literal[] {
  const found: Literal[] = [];
  const open: string[] = [];
  let at = 0;

  const keep = (from: number, text: string): void => {
    const line = code.slice(0, from).split('\n').length;
    found.push({ text, calls: open.filter((name) => name !== ''), line });
  };

  /** Reads to the closing quote; templates may hold expressions. */
  function literal(quote: string): string {
    let text = '';
    for (at += 1; at < code.length && code[at] !== quote; at += 1) {
      if (code[at] === '\\') {
        at += 1;
        text += code[at] === 'n' ? '\n' : code[at];
      } else if (quote === '`' && code.startsWith('${', at)) {
        at += 2;
        walk('}');
        text += '\0';
      } else text += code[at];
    }
    at += 1;
    return text;
  }

  function regularExpression(): void {
    let inClass = false;
    for (at += 1; at < code.length && (inClass || code[at] !== '/'); at += 1) {
      if (code[at] === '\\') at += 1;
      else if (code[at] === '[') inClass = true;
      else if (code[at] === ']') inClass = false;
    }
    at += 1;
  }

  /** Reads to the end of the file, or of the expression in a template. */
  function walk(end: string | null): void {
    const depth = open.length;
    while (at < code.length && !(open.length === depth && code[at] === end)) {
      const character = code[at] ?? '';
      const from = at;
      const before = code.slice(Math.max(0, at - 120), at);
      if (code.startsWith('//', at)) at = (code.indexOf('\n', at) + code.length + 1) % (code.length + 1);
      else if (code.startsWith('/*', at)) at = code.indexOf('*/', at) + 2;
      else if (/['"`]/.test(character)) keep(from, literal(character));
      else if (character === '/' && /(^|[(,=:[!&|?{};+>]|\breturn)\s*$/.test(before)) regularExpression();
      else {
        if (character === '(') open.push(/([\w.]+)(?:<[^()]*>)?\s*$/.exec(before)?.[1] ?? '');
        else if (/[[{]/.test(character)) open.push('');
        else if (/[)\]}]/.test(character)) open.pop();
        at += 1;
      }
    }
  }

  walk(null);
  return found;
}

const WORD = /^["“(]*[A-Za-z][A-Za-z’'-]*[)"”,.:;?!]*$/;

/** Whether a text has three words or more, as sentences have, and names and markup have not. */
export function isProse(text: string): boolean {
  return text.split(/\s+/).filter((word) => WORD.test(word)).length >= 3;
}
