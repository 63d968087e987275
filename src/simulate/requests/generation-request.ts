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

/** Why a request is refused. Status and kind are the real server's, the words are ours. */
export interface Problem {
  readonly status: number;
  readonly message: string;
  /** The field that is at fault; null for the body as a whole or the server's own state. */
  readonly param: string | null;
  /** Found while the body was parsed: no JSON, a wrong type, a word that is not in a closed list. */
  readonly parsing: boolean;
}

/** A body that cannot be parsed. */
export function unparsed(message: string, param: string | null = null): Problem {
  return { status: 400, message, param, parsing: true };
}

/** A value that the server does not take. */
export function invalid(message: string, param: string): Problem {
  return { status: 400, message, param, parsing: false };
}

/** What the server's own state or settings refuse. */
export function refused(status: number, message: string): Problem {
  return { status, message, param: null, parsing: false };
}

/** 0.8.5 answers it with an empty body, so it is recognized by identity. */
export const ENGINE_DEAD = refused(
  500,
  'EngineCore encountered an issue. See stack trace (above) for the root cause.',
);

export const OVERLOADED = refused(
  503,
  'The engine is currently busy and cannot accept new requests. Please try again later or on a different instance.',
);

export const UNAUTHORIZED = refused(401, 'Unauthorized');

export const WRONG_MEDIA_TYPE: Problem = {
  status: 415,
  message: "Unsupported Media Type: Only 'application/json' is allowed",
  param: null,
  parsing: true,
};
