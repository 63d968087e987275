import type { OutputPiece } from '../answers/choice-output.ts';
import { type AnswerFacts, type AnswerTotals, jsonObject, promptTokens, totalsOf } from './api-format.ts';

/** Where usage is written: on a plain body, on the last chunk of a stream, or on each chunk before it. */
type Place = 'body' | 'last chunk' | 'chunk';

/** Whether the server has a reasoning parser, or acts as if because the request asks for reasoning. */
export function hasReasoningParser({ request, flags }: AnswerFacts): boolean {
  return flags.reasoningParser || request.thinking === true;
}

/** `usage` as each front end has it, as JSON; vLLM's order is prompt, total, completion. */
export function usage(facts: AnswerFacts, place: Place, prompt: number, totals: AnswerTotals): string {
  const { totalTokens: completion, reasoningTokens } = totals;
  const counts = { prompt_tokens: prompt, total_tokens: prompt + completion, completion_tokens: completion };
  const cached = place === 'chunk' ? null : cachedDetails(facts);
  const thought = { reasoning_tokens: reasoningTokens };
  const chat = facts.request.api !== 'completions';
  switch (facts.dialect) {
    case 'v0.8.5': {
      const detailed = place === 'body' || (place === 'chunk' && !chat) || cached !== null;
      return JSON.stringify(detailed ? { ...counts, prompt_tokens_details: cached } : counts);
    }
    case 'v0.32': {
      const thinking = chat && hasReasoningParser(facts) ? thought : null;
      if (place === 'chunk') {
        return JSON.stringify(chat ? { ...counts, completion_tokens_details: thinking } : counts);
      }
      const whole = { cached_tokens: 0, created_cache_tokens: null, ...cached, multimodal_tokens: null };
      const details =
        place === 'body'
          ? { prompt_tokens_details: cached && whole, completion_tokens_details: thinking }
          : {
              prompt_tokens_details: cached ?? undefined,
              completion_tokens_details: thinking ?? undefined,
            };
      return JSON.stringify({ ...counts, ...details });
    }
    case 'rust':
      return JSON.stringify({ ...counts, prompt_tokens_details: cached, completion_tokens_details: thought });
  }
}

/** `usage` of a plain body. */
function bodyUsage(facts: AnswerFacts, pieces: readonly OutputPiece[]): string {
  return usage(facts, 'body', promptTokens(facts), totalsOf(pieces));
}

/** `prompt_tokens_details`, with `--enable-prompt-tokens-details`. */
export function cachedDetails(
  facts: AnswerFacts,
): { readonly cached_tokens: number; readonly created_cache_tokens?: number } | null {
  const { dialect, request, flags, blockSize } = facts;
  if (!flags.promptTokensDetails) return null;
  const cached = facts.cachedTokens();
  const chat = request.api !== 'completions';
  // 0.8.5 has them for chats alone, and like the Rust front end only when the cache had something.
  if (dialect !== 'v0.32') {
    return cached > 0 && (chat || dialect === 'rust') ? { cached_tokens: cached } : null;
  }
  if (!chat) return { cached_tokens: cached };
  const whole = Math.floor(promptTokens(facts) / blockSize) * blockSize;
  return { cached_tokens: cached, created_cache_tokens: Math.max(0, whole - cached) };
}

/** The usage chunk of a stream, if it was asked for. */
export function usageChunk(facts: AnswerFacts, head: string, totals: AnswerTotals): readonly string[] {
  if (!facts.request.includeUsage && !facts.flags.forceIncludeUsage) return [];
  const counted = usage(facts, 'last chunk', promptTokens(facts), totals);
  const metrics = timing(facts, totals.totalTokens);
  const end =
    facts.dialect === 'v0.32'
      ? `,"system_fingerprint":${JSON.stringify(facts.fingerprint)}` +
        (metrics === null ? '' : `,"metrics":${JSON.stringify(metrics)}`)
      : '';
  return [`${head}"choices":[],"usage":${counted}${end}}\n\n`];
}

/** Whether usage comes on every chunk. */
export function continuousUsage({ request, flags }: AnswerFacts): boolean {
  return request.continuousUsage || flags.forceIncludeUsage;
}

/** `metrics`, with `--enable-per-request-metrics` and for one choice alone; a mean of no interval is left out. */
export function timing(facts: AnswerFacts, tokens: number): object | null {
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

const NO_TIMING = {
  time_to_first_token_ms: null,
  generation_time_ms: null,
  queue_time_ms: null,
  mean_itl_ms: null,
  tokens_per_second: null,
  speculative_decoding: null,
};

/** `metrics` of a plain body of 0.32: always there, nulls included. */
export function bodyTiming(facts: AnswerFacts, pieces: readonly OutputPiece[]): string {
  const metrics = timing(facts, totalsOf(pieces).totalTokens);
  return JSON.stringify(metrics && { ...NO_TIMING, ...metrics });
}

/** The whole body around the choices. */
export function envelope(
  facts: AnswerFacts,
  object: string,
  choices: readonly string[],
  pieces: readonly OutputPiece[],
  prompt: Readonly<Record<string, string | undefined>>,
): string {
  const { dialect, fingerprint } = facts;
  const later = dialect === 'v0.8.5' ? undefined : 'null';
  return jsonObject({
    id: JSON.stringify(facts.id),
    object: JSON.stringify(object),
    created: `${facts.created}`,
    model: JSON.stringify(facts.request.model),
    choices: `[${choices}]`,
    ...(dialect === 'v0.32' ? { service_tier: 'null', system_fingerprint: JSON.stringify(fingerprint) } : {}),
    usage: bodyUsage(facts, pieces),
    ...(dialect === 'rust' ? { system_fingerprint: 'null' } : {}),
    ...prompt,
    kv_transfer_params: later,
    ec_transfer_params: later,
    metrics: dialect === 'v0.32' ? bodyTiming(facts, pieces) : undefined,
  });
}
