import type { Prompt } from '../requests/prompt.ts';
import type { AnswerFacts } from './dialect.ts';

export const DONE = 'data: [DONE]\n\n';

/** What all events of a stream begin with, prepared once since a stream's tokens are many: `data: {"id":…,"model":…,`. */
export function chunkHead({ id, created, request }: AnswerFacts): string {
  const object = request.api === 'chat' ? 'chat.completion.chunk' : 'text_completion';
  const model = JSON.stringify(request.model);
  return `data: {"id":${JSON.stringify(id)},"object":"${object}","created":${created},"model":${model},`;
}

/** Tokens of all prompts: what usage counts. */
export function promptTokens({ request }: AnswerFacts): number {
  return request.prompts.reduce((sum, { tokens }) => sum + tokens.length, 0);
}

/** The prompt of one choice. */
export function promptOf({ request }: AnswerFacts, index: number): Prompt {
  return request.prompts[Math.floor(index / request.n)] ?? { text: '', tokens: [] };
}

/** Whether the server has a reasoning parser, or plays one because the request wants to see thinking. */
export function hasReasoningParser({ request, flags }: AnswerFacts): boolean {
  return flags.reasoningParser || request.thinking === true;
}

/** Whether a parser reads this answer: a token that adds no text is then silent. */
export function isParsed(facts: AnswerFacts): boolean {
  return facts.flags.toolCallParser || facts.request.tools !== null || hasReasoningParser(facts);
}

export function finalUsageAsked({ request, flags }: AnswerFacts): boolean {
  return request.includeUsage || flags.forceIncludeUsage;
}

export function continuousUsage({ request, flags }: AnswerFacts): boolean {
  return request.continuousUsage || flags.forceIncludeUsage;
}

/** vLLM's order: prompt, total, completion. */
export interface TokenCounts {
  readonly prompt_tokens: number;
  readonly total_tokens: number;
  readonly completion_tokens: number;
}

export function tokenCounts(prompt: number, completion: number): TokenCounts {
  return { prompt_tokens: prompt, total_tokens: prompt + completion, completion_tokens: completion };
}

/** Output tokens of all choices of a plain answer. */
export function completionTokens(pieces: readonly { readonly totalTokens: number }[]): number {
  return pieces.reduce((sum, { totalTokens }) => sum + totalTokens, 0);
}

/** `[1,2,…]`: the tokens of a piece. */
export function idsOf({ tokens }: { readonly tokens: readonly { readonly id: number }[] }): string {
  return `[${tokens.map(({ id }) => id)}]`;
}
