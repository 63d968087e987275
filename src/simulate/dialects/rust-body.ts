import type { OutputPiece } from '../answers/choice-output.ts';
import { completionTokens, idsOf, promptOf, promptTokens, tokenCounts } from './answer-parts.ts';
import type { AnswerFacts } from './dialect.ts';
import { chatLogprobs, completionLogprobs, promptLogprobs, RUST_LOGPROBS } from './logprobs-json.ts';
import { finishReason, randomHex, wholeCalls } from './message-parts.ts';

/** `call_` and 24 hex digits. */
export function toolCallId(): string {
  return `call_${randomHex(24)}`;
}

/** What usage counts of an answer. */
export interface UsedTokens {
  readonly totalTokens: number;
  readonly reasoningTokens: number;
}

/** `usage` with its details, null or not. */
export function usageOf(
  prompt: number,
  { totalTokens, reasoningTokens }: UsedTokens,
  details: object | null,
): object {
  return {
    ...tokenCounts(prompt, totalTokens),
    prompt_tokens_details: details,
    completion_tokens_details: { reasoning_tokens: reasoningTokens },
  };
}

/** `prompt_tokens_details`: told only when the cache had something. */
export function promptDetails(facts: AnswerFacts): object | null {
  const cached = facts.cachedTokens();
  return facts.flags.promptTokensDetails && cached > 0 ? { cached_tokens: cached } : null;
}

/** The body of a plain chat answer, from one piece for each choice. */
export function chatBody(facts: AnswerFacts, pieces: readonly OutputPiece[]): string {
  const { request } = facts;
  const choices = pieces.map((piece) => {
    const calls = wholeCalls(piece.calls, toolCallId);
    const message = JSON.stringify({
      role: 'assistant',
      content: piece.content === '' && calls.length > 0 ? null : request.echo + piece.content,
      ...(calls.length === 0 ? {} : { tool_calls: calls }),
      reasoning: piece.reasoning === '' || !request.includeReasoning ? null : piece.reasoning,
    });
    const logprobs = request.logprobs === null ? 'null' : chatLogprobs(request, piece, RUST_LOGPROBS);
    const reason = finishReason(piece, request.tools?.choice ?? null);
    return (
      `{"index":${piece.index},"message":${message},"logprobs":${logprobs},"finish_reason":"${reason}",` +
      `"stop_reason":${JSON.stringify(piece.finish?.stopReason ?? null)},"token_ids":${idsOrNull(facts, piece)}}`
    );
  });
  const { tokens } = promptOf(facts, 0);
  const after =
    `,"prompt_logprobs":${promptProbabilities(facts, 0)},` +
    `"prompt_token_ids":${request.returnTokenIds ? JSON.stringify(tokens) : 'null'}`;
  return whole(facts, 'chat.completion', choices, pieces, after);
}

/** The body of a plain completion's answer. */
export function completionBody(facts: AnswerFacts, pieces: readonly OutputPiece[]): string {
  const { request } = facts;
  const choices = pieces.map((piece) => {
    const { tokens } = promptOf(facts, piece.index);
    const echoed = request.echo === '' ? [] : tokens;
    const logprobs = completionLogprobs(request, piece, echoed, 0, RUST_LOGPROBS);
    return (
      `{"index":${piece.index},"text":${JSON.stringify(request.echo + piece.content)},"logprobs":${logprobs},` +
      `"finish_reason":"${piece.finish?.reason}","stop_reason":${JSON.stringify(piece.finish?.stopReason ?? null)},` +
      `"prompt_logprobs":${promptProbabilities(facts, piece.index)},"token_ids":${idsOrNull(facts, piece)},` +
      `"prompt_token_ids":${request.returnTokenIds ? JSON.stringify(tokens) : 'null'}}`
    );
  });
  return whole(facts, 'text_completion', choices, pieces, '');
}

function whole(
  facts: AnswerFacts,
  object: string,
  choices: readonly string[],
  pieces: readonly OutputPiece[],
  after: string,
): string {
  const reasoningTokens = pieces.reduce((sum, piece) => sum + piece.reasoningTokens, 0);
  const used = { totalTokens: completionTokens(pieces), reasoningTokens };
  const usage = usageOf(promptTokens(facts), used, promptDetails(facts));
  return (
    `{"id":${JSON.stringify(facts.id)},"object":"${object}","created":${facts.created},` +
    `"model":${JSON.stringify(facts.request.model)},"choices":[${choices}],"usage":${JSON.stringify(usage)},` +
    `"system_fingerprint":null${after},"kv_transfer_params":null,"ec_transfer_params":null}`
  );
}

function idsOrNull({ request }: AnswerFacts, piece: OutputPiece): string {
  return request.returnTokenIds ? idsOf(piece) : 'null';
}

function promptProbabilities(facts: AnswerFacts, index: number): string {
  const { promptLogprobs: top } = facts.request;
  return top === null ? 'null' : promptLogprobs(promptOf(facts, index).tokens, top, RUST_LOGPROBS);
}
