import { asCount, asObject, type JsonObject } from '../model/json.ts';

/** Token counts as the server reports them; null where it says nothing. */
export interface Usage {
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
  readonly cachedTokens: number | null;
}

/**
 * Reads a `usage` object: OpenAI's names (`prompt_tokens`, chat and completions) and those of the responses and
 * messages APIs (`input_tokens`). Null when the value is no object or holds no count.
 */
export function readUsage(value: unknown): Usage | null {
  const usage = asObject(value);
  if (usage === null) return null;
  const promptTokens = asCount(usage.prompt_tokens) ?? asCount(usage.input_tokens);
  const completionTokens = asCount(usage.completion_tokens) ?? asCount(usage.output_tokens);
  if (promptTokens === null && completionTokens === null) return null;
  return { promptTokens, completionTokens, cachedTokens: cachedTokens(usage) };
}

function cachedTokens(usage: JsonObject): number | null {
  const details = asObject(usage.prompt_tokens_details) ?? asObject(usage.input_tokens_details);
  return asCount(details?.cached_tokens) ?? asCount(usage.cache_read_input_tokens);
}
