import type { EngineRequest } from '../engine-request.ts';
import { promptBlocks } from '../prompt-blocks.ts';
import type { GenerationRequest } from '../requests/generation-request.ts';
import type { Prompt } from '../requests/prompt.ts';
import type { PlannedChoice } from './plan.ts';

/**
 * What the engine needs to know of one prompt and its choices: lengths, and hashes of what its cache may find or keep.
 * @param choices those of this prompt
 * @param blockSize tokens of one block of the cache
 */
export function submissionOf(
  request: GenerationRequest,
  { tokens }: Prompt,
  choices: readonly PlannedChoice[],
  blockSize: number,
): Omit<EngineRequest, 'id'> {
  // Probabilities of the prompt are computed, never found in the cache.
  const cacheable = request.promptLogprobs === null;
  const wholeBlocks = Math.floor(tokens.length / blockSize);
  const planned = choices.map(({ script, outputTokens, finish }) => {
    const output = Array.from({ length: outputTokens }, (_, token) => script.token(token).id);
    const blocks = cacheable ? promptBlocks([...tokens, ...output], request.cacheSalt, blockSize) : [];
    const outputBlocks = blocks.slice(wholeBlocks);
    return { blocks, choice: { outputTokens, finishReason: finish.reason, outputBlocks } };
  });
  return {
    promptTokens: tokens.length,
    promptBlocks: planned[0]?.blocks.slice(0, wholeBlocks) ?? [],
    choices: planned.map(({ choice }) => choice),
    maxTokens: request.maxTokens,
  };
}
