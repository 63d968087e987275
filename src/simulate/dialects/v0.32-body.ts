import type { OutputPiece } from '../answers/choice-output.ts';
import { tokensText } from '../texts/tokens.ts';
import {
  completionTokens,
  hasReasoningParser,
  idsOf,
  promptOf,
  promptTokens,
  tokenCounts,
} from './answer-parts.ts';
import type { AnswerFacts } from './dialect.ts';
import { chatLogprobs, completionLogprobs, PYTHON_LOGPROBS, promptLogprobs } from './logprobs-json.ts';
import { cutNotation, finishReason, toolCallId, wholeCalls } from './message-parts.ts';

/** The body of a plain chat answer, from one piece for each choice. */
export function chatBody(facts: AnswerFacts, pieces: readonly OutputPiece[]): string {
  const { request } = facts;
  const reasoning = pieces.reduce((sum, { reasoningTokens }) => sum + reasoningTokens, 0);
  const choices = pieces.map((piece) => {
    const logprobs = request.logprobs === null ? 'null' : chatLogprobs(request, piece, PYTHON_LOGPROBS);
    const message = JSON.stringify(chatMessage(facts, piece));
    return (
      `{"index":${piece.index},"message":${message},"logprobs":${logprobs},` +
      `"finish_reason":"${finishReason(piece, request.tools?.choice ?? null)}",` +
      `"stop_reason":${JSON.stringify(piece.finish?.stopReason ?? null)},` +
      `"token_ids":${idsOrNull(facts, piece)},"routed_experts":null}`
    );
  });
  const prompt = promptOf(facts, 0);
  const probabilities =
    request.promptLogprobs === null
      ? 'null'
      : promptLogprobs(prompt.tokens, request.promptLogprobs, PYTHON_LOGPROBS);
  const after =
    `,"prompt_logprobs":${probabilities},` +
    `"prompt_token_ids":${request.returnTokenIds ? JSON.stringify(prompt.tokens) : 'null'},` +
    `"prompt_text":${request.returnPromptText ? JSON.stringify(promptText(facts)) : 'null'}`;
  return whole(
    facts,
    'chat.completion',
    choices,
    usage(facts, pieces, thoughtDetails(facts, reasoning)),
    after,
    pieces,
  );
}

/** Nulls where nothing is said; no `tool_calls` where none was made. */
function chatMessage(facts: AnswerFacts, piece: OutputPiece): object {
  const { request } = facts;
  const cut = cutNotation(piece);
  const calls = cut === null ? wholeCalls(piece.calls, () => toolCallId(16)) : [];
  const content = cut ?? `${request.echo}${piece.content}`;
  const thought = request.includeReasoning && piece.reasoning !== '' ? piece.reasoning : null;
  const forced = request.tools !== null && request.tools.choice !== 'auto';
  const silent = content === '' && !forced && (thought !== null || calls.length > 0);
  return {
    role: 'assistant',
    content: silent ? null : content,
    refusal: null,
    annotations: null,
    audio: null,
    function_call: null,
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
    reasoning: thought,
  };
}

/** The body of a plain completion's answer. */
export function completionBody(facts: AnswerFacts, pieces: readonly OutputPiece[]): string {
  const { request } = facts;
  const choices = pieces.map((piece) => {
    const { text, tokens } = promptOf(facts, piece.index);
    const echo = request.echo === '' || request.returnTokenIds ? '' : text;
    const logprobs = completionLogprobs(
      request,
      piece,
      request.echo === '' ? [] : tokens,
      0,
      PYTHON_LOGPROBS,
    );
    const prompt =
      request.promptLogprobs === null
        ? 'null'
        : promptLogprobs(tokens, request.promptLogprobs, PYTHON_LOGPROBS);
    return (
      `{"index":${piece.index},"text":${JSON.stringify(echo + piece.content)},"logprobs":${logprobs},` +
      `"finish_reason":"${piece.finish?.reason}","stop_reason":${JSON.stringify(piece.finish?.stopReason ?? null)},` +
      `"token_ids":${idsOrNull(facts, piece)},"prompt_logprobs":${prompt},` +
      `"prompt_token_ids":${request.returnTokenIds ? JSON.stringify(tokens) : 'null'},"routed_experts":null}`
    );
  });
  return whole(facts, 'text_completion', choices, usage(facts, pieces, null), '', pieces);
}

function whole(
  facts: AnswerFacts,
  object: string,
  choices: readonly string[],
  counts: object,
  after: string,
  pieces: readonly OutputPiece[],
): string {
  const { id, created, request, fingerprint } = facts;
  const timing = timingFields(facts, completionTokens(pieces));
  const metrics = timing === null ? 'null' : JSON.stringify({ ...NO_TIMING, ...timing });
  return (
    `{"id":${JSON.stringify(id)},"object":"${object}","created":${created},"model":${JSON.stringify(request.model)},` +
    `"choices":[${choices}],"service_tier":null,"system_fingerprint":${JSON.stringify(fingerprint)},` +
    `"usage":${JSON.stringify(counts)}${after},"kv_transfer_params":null,"ec_transfer_params":null,` +
    `"metrics":${metrics}}`
  );
}

function usage(facts: AnswerFacts, pieces: readonly OutputPiece[], thought: object | null): object {
  const details = promptDetails(facts);
  return {
    ...tokenCounts(promptTokens(facts), completionTokens(pieces)),
    prompt_tokens_details:
      details === null
        ? null
        : { cached_tokens: 0, created_cache_tokens: null, ...details, multimodal_tokens: null },
    completion_tokens_details: thought,
  };
}

function idsOrNull({ request }: AnswerFacts, piece: OutputPiece): string {
  return request.returnTokenIds ? idsOf(piece) : 'null';
}

/** `prompt_tokens_details`, with `--enable-prompt-tokens-details`; plain completions do not count what they cached. */
export function promptDetails(facts: AnswerFacts): object | null {
  if (!facts.flags.promptTokensDetails) return null;
  const cached = facts.cachedTokens();
  if (facts.request.api === 'completions') return { cached_tokens: cached };
  const blocks = Math.floor(promptTokens(facts) / facts.blockSize);
  return { cached_tokens: cached, created_cache_tokens: Math.max(0, blocks * facts.blockSize - cached) };
}

/** `completion_tokens_details`, with a reasoning parser. */
export function thoughtDetails(facts: AnswerFacts, reasoningTokens: number): object | null {
  return hasReasoningParser(facts) ? { reasoning_tokens: reasoningTokens } : null;
}

/** The prompt as the chat template made it. */
export function promptText(facts: AnswerFacts): string {
  return tokensText(promptOf(facts, 0).tokens);
}

const NO_TIMING = {
  time_to_first_token_ms: null,
  generation_time_ms: null,
  queue_time_ms: null,
  mean_itl_ms: null,
  tokens_per_second: null,
  speculative_decoding: null,
};

/** `metrics`, with `--enable-per-request-metrics` and for one choice alone; a mean of no interval is left out. */
export function timingFields(facts: AnswerFacts, tokens: number): object | null {
  const { request, flags } = facts;
  if (!flags.perRequestMetrics || request.n * request.prompts.length > 1) return null;
  const { timeToFirstTokenMs, generationMs, queueMs } = facts.timing();
  const inferenceMs = timeToFirstTokenMs + generationMs;
  return {
    time_to_first_token_ms: timeToFirstTokenMs,
    generation_time_ms: generationMs,
    queue_time_ms: queueMs,
    ...(tokens > 1 ? { mean_itl_ms: generationMs / (tokens - 1) } : {}),
    ...(inferenceMs > 0 ? { tokens_per_second: (tokens / inferenceMs) * 1e3 } : {}),
  };
}
