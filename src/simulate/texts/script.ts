import { type Language, proseRing, type Token } from './prose.ts';
import { MARKS, pieceId, tokenPieces } from './tokens.ts';

/** What a token is to the reader of an answer, as the server's parsers see it. */
export type Part =
  /** Text of the answer, or of the thinking before it. */
  | { readonly kind: 'content' | 'reasoning' }
  /** Notation that no reader sees: marks, the frame of a call, the end of the sequence. */
  | { readonly kind: 'markup' }
  /** The token with which it is known which tool is called. */
  | { readonly kind: 'call'; readonly call: number; readonly name: string }
  /** A piece of that call's arguments. */
  | { readonly kind: 'arguments'; readonly call: number };

export interface ScriptToken extends Token {
  readonly part: Part;
}

/** A model's whole output, token by token. */
export interface Script {
  /** Where it ends by itself, the end mark included; null when it can go on for ever. */
  readonly length: number | null;
  token(i: number): ScriptToken;
}

/** A call that a model makes. */
export interface PlannedCall {
  readonly name: string;
  /** JSON. */
  readonly arguments: string;
}

const CONTENT: Part = { kind: 'content' };
const REASONING: Part = { kind: 'reasoning' };
const MARKUP: Part = { kind: 'markup' };

const END: ScriptToken = { id: MARKS.end.id, text: '', part: MARKUP };

/** Prose without end, from a place of the language's ring on, after some tokens of thinking. */
export function proseScript(language: Language, start: number, reasoningTokens: number): Script {
  const ring = proseRing(language);
  const prose = (i: number, part: Part): ScriptToken => {
    const { id, text } = ring[(start + i) % ring.length] ?? END;
    return { id, text, part };
  };
  const thought = reasoningTokens === 0 ? 0 : reasoningTokens + 1;
  return {
    length: null,
    token(i) {
      if (i >= thought) return prose(i - thought, CONTENT);
      return i === thought - 1 ? mark(MARKS.thinkEnd) : prose(i + (ring.length >> 1), REASONING);
    },
  };
}

/** A script cut at a natural end: its last token is the end mark. */
export function endingAt(script: Script, length: number): Script {
  return { length, token: (i) => (i === length - 1 ? END : script.token(i)) };
}

/** A given text, as JSON is, after some tokens of thinking. */
export function textScript(text: string, thinking: readonly ScriptToken[]): Script {
  return listScript([...thinking, ...cut(text, CONTENT)]);
}

/** Calls of tools within `<tool_call>` marks (Hermes and Qwen), after some tokens of thinking. */
export function callScript(calls: readonly PlannedCall[], thinking: readonly ScriptToken[]): Script {
  const marked = calls.flatMap(({ name, arguments: text }, call) => [
    mark(MARKS.toolCall),
    ...cut('\n{"name": "', MARKUP),
    ...cut(name, MARKUP),
    ...cut('"', { kind: 'call', call, name }),
    ...cut(', "arguments": ', MARKUP),
    ...cut(text, { kind: 'arguments', call }),
    ...cut('}\n', MARKUP),
    mark(MARKS.toolCallEnd),
  ]);
  return listScript([...thinking, ...marked]);
}

/** The first tokens of a script up to the end of its thinking. */
export function thinkingOf(script: Script, reasoningTokens: number): ScriptToken[] {
  return Array.from({ length: reasoningTokens === 0 ? 0 : reasoningTokens + 1 }, (_, i) => script.token(i));
}

function listScript(tokens: readonly ScriptToken[]): Script {
  const all = [...tokens, END];
  return { length: all.length, token: (i) => all[i] ?? END };
}

function cut(text: string, part: Part): ScriptToken[] {
  return tokenPieces(text).map((piece) => ({ id: pieceId(piece), text: piece, part }));
}

function mark({ id, text }: { readonly id: number; readonly text: string }): ScriptToken {
  return { id, text, part: MARKUP };
}
