import { randomBytes } from 'node:crypto';
import type { JsonObject } from '../../model/json.ts';
import type { OutputPiece } from '../answers/choice-output.ts';
import type { Dialect, ServerFlags } from '../dialect.ts';
import type { GenerationRequest, Problem, ReadingRules } from '../requests/generation-request.ts';
import type { Prompt } from '../requests/prompt.ts';

/** What every piece of one answer shares. */
export interface AnswerFacts {
  readonly dialect: Dialect;
  readonly id: string;
  /** Seconds since 1970. */
  readonly created: number;
  readonly request: GenerationRequest;
  readonly flags: ServerFlags;
  /** `vllm-<version>-<8 hex>`: the server's build and configuration. */
  readonly fingerprint: string;
  /** Tokens of one block of the prefix cache. */
  readonly blockSize: number;
  /** Tokens of the prompts that the prefix cache had; known once the first was scheduled. */
  cachedTokens(): number;
  /** Known at the end. */
  timing(): RequestTiming;
}

/** Timing of one answer, as `--enable-per-request-metrics` adds it. */
export interface RequestTiming {
  readonly timeToFirstTokenMs: number;
  readonly generationMs: number;
  readonly queueMs: number;
}

/** Totals of an answer, over its choices. */
export interface AnswerTotals {
  readonly totalTokens: number;
  readonly reasoningTokens: number;
}

/** One API: where it is, what its requests mean and how its answers are written. */
export interface ApiFormat {
  readonly path: string;
  /** What an answer's id begins with. */
  readonly idPrefix: string;
  readonly frontEnds: readonly Dialect[];
  /** The chat that a request amounts to, or why it is refused; null for the APIs that the others are made of. */
  readonly chatFields: ((given: JsonObject, rules: ReadingRules) => JsonObject | Problem) | null;
  events(facts: AnswerFacts): EventTexts;
  /** The body of a plain answer, from one piece for each choice. */
  body(facts: AnswerFacts, pieces: readonly OutputPiece[]): string;
}

/** The events of one stream, ready to be written, each with its empty line. */
export interface EventTexts {
  /** When the request was accepted. */
  opening(): readonly string[];
  /** Before the first output of any choice. */
  first(): readonly string[];
  piece(piece: OutputPiece): readonly string[];
  /** After the last output: usage if it was asked for, and the end mark. */
  closing(totals: AnswerTotals): readonly string[];
  /** Instead of what is missing when the engine dies. */
  failure(): readonly string[];
}

/**
 * An object from the JSON texts of its fields, in order; those that are undefined are left out. Texts, since keys that
 * are numbers would lose their order in an object, and since a stream's events are many.
 */
export function jsonObject(fields: Readonly<Record<string, string | undefined>>): string {
  let text = '';
  // Without lists in between: a stream has one such object and more for every token.
  for (const name in fields) {
    const value = fields[name];
    if (value !== undefined) text += `${text === '' ? '{' : ','}"${name}":${value}`;
  }
  return text === '' ? '{}' : `${text}}`;
}

/** Tokens of all prompts: what usage counts. */
export function promptTokens({ request }: AnswerFacts): number {
  return request.prompts.reduce((sum, { tokens }) => sum + tokens.length, 0);
}

/** The prompt of one choice. */
export function promptOf({ request }: AnswerFacts, index: number): Prompt {
  return request.prompts[Math.floor(index / request.n)] ?? { text: '', tokens: [] };
}

/** Tokens of all choices of a plain answer. */
export function totalsOf(pieces: readonly OutputPiece[]): AnswerTotals {
  return {
    totalTokens: pieces.reduce((sum, piece) => sum + piece.totalTokens, 0),
    reasoningTokens: pieces.reduce((sum, piece) => sum + piece.reasoningTokens, 0),
  };
}

/** `[1,2,…]`: the ids of a piece's tokens. */
export function idsOf({ tokens }: OutputPiece): string {
  return `[${tokens.map(({ id }) => id)}]`;
}

export function randomHex(digits: number): string {
  return randomBytes(digits / 2).toString('hex');
}

export const DONE = 'data: [DONE]\n\n';

/** The engine's death, as a stream that has begun ends: Python's JSON has spaces, and 0.8.5 writes 400 even so. */
export const FAILURES: Readonly<Record<Dialect, string>> = {
  'v0.8.5':
    'data: {"error": {"object": "error", "message": "EngineCore encountered an issue. See stack trace (above) for the ' +
    'root cause.", "type": "BadRequestError", "param": null, "code": 400}}\n\n',
  'v0.32':
    'data: {"error": {"message": "EngineCore encountered an issue. See stack trace (above) for the root cause.", ' +
    '"type": "InternalServerError", "param": null, "code": 500}}\n\n',
  rust:
    'data: {"error":{"message":"engine-core error: engine core reported fatal failure","type":"server_error",' +
    '"param":null,"code":"server_error"}}\n\n',
};

/** What all events of a stream begin with, prepared once since a stream's tokens are many: `data: {"id":…,"model":…,`. */
export function streamHead({ id, created, request }: AnswerFacts): string {
  const object = request.api === 'chat' ? 'chat.completion.chunk' : 'text_completion';
  const model = JSON.stringify(request.model);
  return `data: {"id":${JSON.stringify(id)},"object":"${object}","created":${created},"model":${model},`;
}
