import { UserError } from '../../model/user-error.ts';
import type { Memory } from './latency-profile.ts';

/**
 * Blocks of the KV cache as vLLM reckons them: the server's share of the card's memory less weights and activations.
 * @throws UserError when not even one request of `maxModelLen` tokens fits, upon which vLLM does not start either
 */
export function kvBlocks(memory: Memory, utilization: number, maxModelLen: number): number {
  const { gpuGiB, weightsGiB, activationsGiB, kvBytesPerToken, blockSize } = memory;
  const leftGiB = gpuGiB * utilization - weightsGiB - activationsGiB;
  const blocks = Math.max(0, Math.floor((leftGiB * 2 ** 30) / (kvBytesPerToken * blockSize)));
  if (blocks * blockSize < maxModelLen) {
    throw new UserError(
      `--gpu-memory-utilization ${utilization} leaves room for ${blocks * blockSize} tokens, less than the longest ` +
        `request of ${maxModelLen}: raise it (up to 1), or lower --max-model-len`,
    );
  }
  return blocks;
}
