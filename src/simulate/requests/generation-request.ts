import type { Dialect } from '../dialect-name.ts';
import type { Prompt } from './prompt.ts';
import type { ToolUse } from './tool-use.ts';

export type Api = 'chat' | 'completions';

/** A request that the stand-in will answer. */
export interface GenerationRequest {
  readonly api: Api;
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
  /** How many alternatives to each token are told; null when no probabilities are. */
  readonly logprobs: number | null;
  readonly promptLogprobs: number | null;
  readonly tokensAsIds: boolean;
  readonly returnTokenIds: boolean;
  readonly returnPromptText: boolean;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  readonly continuousUsage: boolean;
  readonly streamInterval: number;
  readonly cacheSalt: string;
  /** Text that the answer repeats before its own; '' for none. */
  readonly echo: string;
  /** Nothing but the echo was asked for. */
  readonly echoOnly: boolean;
  readonly tools: ToolUse | null;
  /** The schema that the answer's JSON must follow; null when it may be any text. */
  readonly schema: unknown;
  /** Whether the model should think first, as the request says; null when it does not say. */
  readonly thinking: boolean | null;
  readonly includeReasoning: boolean;
  /** From the body; the header wins. */
  readonly requestId: string | null;
}

/** What reading a request needs to know of the server. */
export interface ReadingRules {
  readonly model: string;
  readonly maxModelLen: number;
  readonly dialect: Dialect;
  /** The answer's id, should the words of a refusal name it. */
  readonly answerId: string;
}
