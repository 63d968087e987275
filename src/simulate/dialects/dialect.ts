import type { OutputPiece } from '../answers/choice-output.ts';
import type { Dialect as DialectName } from '../dialect-name.ts';
import type { GenerationRequest } from '../requests/generation-request.ts';
import type { HeadStyle } from '../send.ts';
import type { ServerFlags } from './server-flags.ts';

/** Timing of one answer, as `--enable-per-request-metrics` tells it. */
export interface RequestTiming {
  readonly timeToFirstTokenMs: number;
  readonly generationMs: number;
  readonly queueMs: number;
}

/** What every piece of one answer shares. */
export interface AnswerFacts {
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

/** Totals of an answer, over its choices. */
export interface AnswerTotals {
  readonly completionTokens: number;
  readonly reasoningTokens: number;
}

/** The events of one stream, ready to be written: each is one `data:` line with its empty one. */
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

/** One of vLLM's front ends on the wire. */
export interface Dialect {
  readonly name: DialectName;
  readonly heads: HeadStyle;
  /** `/version`'s body. */
  readonly version: string;
  /** A longer request body is refused; null for no limit. */
  readonly maxBodyBytes: number | null;
  /** The random part of an answer's id. */
  newId(): string;
  events(facts: AnswerFacts): EventTexts;
  /** The body of a plain answer, from one piece for each choice. */
  body(facts: AnswerFacts, choices: readonly OutputPiece[]): string;
  models(model: string, maxModelLen: number, created: number): string;
  /** `/tokenize`'s answer. */
  tokenized(tokens: readonly number[], maxModelLen: number, strings: readonly string[] | null): string;
}
