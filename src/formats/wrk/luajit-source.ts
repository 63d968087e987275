import luaparse from 'luaparse';

/** A script as Lua 5.4 runs it in LuaJIT's way, or why LuaJIT would not load it. */
export type RewrittenSource = { readonly text: string } | { readonly error: string };

/** Operators that become calls. */
const CALLED: Readonly<Record<string, string>> = { '..': '__cat(', '%': '__mod(' };

/** What is used of a node of the parser, with the ranges that it is asked for. */
interface Ranged {
  readonly type: string;
  readonly range: readonly [number, number];
}
interface Operation extends Ranged {
  readonly operator: string;
  readonly left: Ranged;
  readonly right: Ranged;
}

/**
 * Makes every number a float, as all of LuaJIT's are: 5.4 counts on in integers of 64 bits where they lose digits. And turns
 * each `a .. b .. c` into `__cat(a , b , c)`: it is the one place where a number becomes text without a function that
 * could be replaced, and 5.4 writes `5.0` where LuaJIT writes `5`. `a % b` becomes `__mod(a , b)`, since
 * LuaJIT's is not exact. Lines stay where they are. What 5.4 accepts and LuaJIT
 * does not (`//`, `&`, `<const>`) is an error as there.
 * @param source one byte a character (latin1)
 * @param name as errors name the file
 */
export function rewriteForLua54(source: string, name: string): RewrittenSource {
  const text = source.startsWith('#') ? `--${source}` : source;
  const operations: Operation[] = [];
  const edits: Edit[] = [];
  try {
    luaparse.parse(text, {
      // The types know versions up to 5.3 and no LuaJIT, nor its encodings.
      ...({ luaVersion: 'LuaJIT', encodingMode: 'pseudo-latin1' } as object),
      ranges: true,
      comments: false,
      onCreateNode(node) {
        const made = node as unknown as Operation & { readonly value: unknown };
        if (made.type === 'BinaryExpression' && made.operator in CALLED) operations.push(made);
        if (made.type === 'NumericLiteral') edits.push(...asFloat(text, made.range));
      },
    });
  } catch (error) {
    const { message, line } = error as Error & { line?: number };
    return { error: `${name}:${line ?? 1}: ${message.replace(/^\[\d+:\d+\] /, '')}` };
  }
  return { text: applied(text, [...edits, ...operationEdits(text, operations)]) };
}

type Edit = readonly [at: number, remove: number, insert: string];

/** A decimal gets a fraction, a hexadecimal one an exponent of zero. */
function asFloat(text: string, [from, to]: Ranged['range']): readonly Edit[] {
  const literal = text.slice(from, to);
  if (/^\d+$/.test(literal)) return [[to, 0, '.0']];
  return /^0x[\da-f]+$/i.test(literal) ? [[to, 0, 'p0']] : [];
}

function operationEdits(text: string, nodes: readonly Operation[]): readonly Edit[] {
  const edits: Edit[] = [];
  const tails = new Set<Ranged>();
  const places = nodes.map(({ left, operator }) => operatorBetween(text, left.range[1], operator));
  // A chain's last node is made first, and belongs to the node before it unless it stands in parentheses.
  nodes.forEach(({ operator, right }, i) => {
    if (operator !== '..' || (right as Operation).operator !== '..') return;
    const gap = text.slice((places[i] ?? 0) + operator.length, right.range[0]);
    if (!gap.replace(COMMENTS, '').includes('(')) tails.add(right);
  });
  const whole = nodes.filter((node) => !tails.has(node));
  nodes.forEach(({ operator }, i) => void edits.push([places[i] ?? 0, operator.length, ' , ']));
  for (const { range } of whole) edits.push([range[1], 0, ')']);
  // Where two begin at one place the outer one, which was made later, is the first.
  for (const { range, operator } of whole.toReversed()) edits.push([range[0], 0, CALLED[operator] ?? '(']);
  return edits;
}

function applied(text: string, edits: readonly Edit[]): string {
  let out = '';
  let from = 0;
  // At one place what ends comes before what begins; the sort is stable.
  for (const [at, remove, insert] of edits.toSorted(([a, , x], [b, , y]) => a - b || rank(x) - rank(y))) {
    out += text.slice(from, at) + insert;
    from = at + remove;
  }
  return out + text.slice(from);
}

function rank(insert: string): number {
  if (insert === ')') return 1;
  return insert === '.0' || insert === 'p0' ? 0 : 2;
}

const COMMENTS = /--\[(=*)\[[\s\S]*?\]\1\]|--[^\n]*/g;
const COMMENT = new RegExp(COMMENTS, 'y');

/** The place of an operator behind an operand: only space, comments and closing parentheses lie between. */
function operatorBetween(text: string, from: number, operator: string): number {
  let at = from;
  while (!text.startsWith(operator, at)) {
    COMMENT.lastIndex = at;
    at += COMMENT.exec(text)?.[0].length ?? 1;
    if (at >= text.length) throw new Error('no operator between two operands');
  }
  return at;
}
