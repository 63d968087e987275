import type { JsonObject } from '../../model/json.ts';
import type { Dialect } from '../dialect.ts';
import type { Prompt } from './prompt.ts';

export type Api = 'chat' | 'completions' | 'responses' | 'messages';

/** The two of them that the others are made of. */
export type BodyKind = 'chat' | 'completions';

/** A tool that the model may call. */
export interface Tool {
  readonly name: string;
  /** The JSON schema of its arguments. */
  readonly parameters: unknown;
}

/** How tools may be used for one answer. */
export interface ToolUse {
  readonly callable: readonly Tool[];
  /** `named`: `callable` is that one. */
  readonly choice: 'auto' | 'required' | 'named';
  /** More than one call may be made. */
  readonly parallel: boolean;
  /** The conversation ends with a tool's result, so the model answers with a text. */
  readonly answered: boolean;
}

/** A request that the simulator will answer. */
export interface GenerationRequest {
  readonly api: Api;
  /** The body as it came, for APIs that repeat it. */
  readonly given: JsonObject;
  readonly model: string;
  /** At least one; a chat has exactly one. */
  readonly prompts: readonly Prompt[];
  readonly n: number;
  /** As asked, or the room that the context leaves where less; null when nothing was asked. */
  readonly maxTokens: number | null;
  /** Tokens that the context leaves for an answer to the longest prompt. */
  readonly room: number;
  readonly minTokens: number;
  readonly ignoreEos: boolean;
  readonly stop: readonly string[];
  readonly stopTokenIds: readonly number[];
  readonly includeStop: boolean;
  readonly seed: number | null;
  /** Alternatives listed for each token; null when no probabilities are asked for. */
  readonly logprobs: number | null;
  readonly returnTokenIds: boolean;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  readonly continuousUsage: boolean;
  readonly streamInterval: number;
  readonly cacheSalt: string;
  readonly tools: ToolUse | null;
  /** The schema that the answer's JSON must follow; null when it may be any text. */
  readonly schema: unknown;
  /** Whether the model should think first, as the request asks; null when it does not. */
  readonly thinking: boolean | null;
  readonly includeReasoning: boolean;
  /** From the body; the header has precedence. */
  readonly requestId: string | null;
}

/** What reading a request needs to know of the server. */
export interface ReadingRules {
  readonly model: string;
  readonly maxModelLen: number;
  readonly dialect: Dialect;
  /** The server was started with a parser for tool calls. */
  readonly toolCallParser: boolean;
}
