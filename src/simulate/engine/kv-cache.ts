import { UserError } from '../../model/user-error.ts';
import type { Memory } from './latency-profile.ts';

/**
 * Blocks of the KV cache as vLLM computes them: the server's share of the card's memory less weights and activations.
 * @throws UserError when not even one request of `maxModelLen` tokens fits, in which case vLLM does not start either
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

/** Two 26-bit halves make a hash of 52 bits, which a double holds exactly: no collision is to be expected below 10⁷ blocks. */
const HALF = 2 ** 26;

/**
 * The hashes by which a prefix cache knows the whole blocks of a prompt; the last, partial block has none. Each hash
 * takes in the one before it, as vLLM's do, so equal hashes mean equal prefixes.
 * @param tokens ids of the whole prompt, the chat template's included
 * @param salt `cache_salt` of the request; '' for none
 * @param blockSize tokens
 */
export function promptBlocks(tokens: readonly number[], salt: string, blockSize: number): number[] {
  const hashes: number[] = [];
  // Murmur-like mixing of two 32-bit lanes with different multipliers (constants of MurmurHash3, Austin Appleby, 2011).
  let a = 0x9747b28c;
  let b = 0x3c6ef372;
  const mix = (value: number): void => {
    a = Math.imul(a ^ value, 0xcc9e2d51);
    a = (a ^ (a >>> 15)) >>> 0;
    b = Math.imul(b ^ value, 0x1b873593);
    b = (b ^ (b >>> 13)) >>> 0;
  };
  for (let i = 0; i < salt.length; i++) mix(salt.charCodeAt(i));
  mix(0x10000 + salt.length);
  for (let start = 0; start + blockSize <= tokens.length; start += blockSize) {
    for (let i = start; i < start + blockSize; i++) mix(tokens[i] ?? 0);
    hashes.push((a % HALF) * HALF + (b % HALF));
  }
  return hashes;
}

/** The blocks of one sequence, in the order of its tokens; only the cache changes it. */
export type BlockTable = number[];

const NO_HASH = -1;

/** @param capacity blocks; vLLM's own null block is not one of them */
export function createKvCache(capacity: number, blockSize: number) {
  const owners = new Int32Array(capacity);
  const hashOf = new Float64Array(capacity).fill(NO_HASH);
  // When a block is computed twice, the younger one is found from then on; vLLM keeps both, which matters only when one of
  // them is evicted.
  const blockOf = new Map<number, number>();
  const queue = createFreeQueue(capacity);

  function forget(block: number): void {
    const hash = hashOf[block] ?? NO_HASH;
    if (hash === NO_HASH) return;
    hashOf[block] = NO_HASH;
    if (blockOf.get(hash) === block) blockOf.delete(hash);
  }

  function fits(table: BlockTable, length: number, hashes: readonly number[], cached: number): boolean {
    let needed = Math.max(0, length - Math.max(table.length, cached));
    for (let i = table.length; i < cached; i++) {
      // Content that belongs to no sequence is among the free blocks.
      if (owners[blockOf.get(hashes[i] ?? NO_HASH) ?? 0] === 0) needed += 1;
    }
    return needed <= queue.length;
  }

  return {
    /** Tokens of one block. */
    blockSize,
    /** Blocks that sequences can have. */
    capacity,
    /** Blocks that belong to no sequence, those with reusable content included. */
    get free(): number {
      return queue.length;
    },
    /** How many of these hashes, from the first on, are those of blocks that are there; looks no further than `most`. */
    find(hashes: readonly number[], most: number): number {
      let found = 0;
      while (found < most && found < hashes.length && blockOf.has(hashes[found] ?? NO_HASH)) found += 1;
      return found;
    },
    /** Whether `extend` with these arguments would find enough free blocks. */
    fits,
    /**
     * Lengthens a table to `length` blocks: first the `cached` leading blocks of `hashes`, then new ones. All or nothing.
     * @returns false when there are not enough free blocks, and nothing has changed
     */
    extend(table: BlockTable, length: number, hashes: readonly number[], cached: number): boolean {
      if (!fits(table, length, hashes, cached)) return false;
      while (table.length < cached) {
        const block = blockOf.get(hashes[table.length] ?? NO_HASH) ?? 0;
        if (owners[block] === 0) queue.remove(block);
        owners[block] = (owners[block] ?? 0) + 1;
        table.push(block);
      }
      while (table.length < length) {
        const block = queue.takeFirst();
        forget(block);
        owners[block] = 1;
        table.push(block);
      }
      return true;
    },
    /** Makes the blocks `from` (inclusive) to `to` (exclusive) of a table findable by their hashes. */
    store(table: BlockTable, hashes: readonly number[], from: number, to: number): void {
      for (let i = from; i < Math.min(to, table.length, hashes.length); i++) {
        const block = table[i] ?? 0;
        const hash = hashes[i] ?? NO_HASH;
        const older = blockOf.get(hash);
        if (older === block) continue;
        if (older !== undefined) hashOf[older] = NO_HASH;
        hashOf[block] = hash;
        blockOf.set(hash, block);
      }
    },
    /** Takes all blocks from a table and empties it. */
    release(table: BlockTable): void {
      // From the end: of one prefix the tail goes first, since without its head nothing finds it.
      for (let block = table.pop(); block !== undefined; block = table.pop()) {
        const left = (owners[block] ?? 0) - 1;
        owners[block] = left;
        if (left === 0) queue.insert(block, hashOf[block] === NO_HASH ? 'first' : 'last');
      }
    },
    /** Forgets all content; false when a sequence still has blocks, and then nothing is forgotten. */
    reset(): boolean {
      if (queue.length < capacity) return false;
      hashOf.fill(NO_HASH);
      blockOf.clear();
      return true;
    },
  };
}

export type KvCache = ReturnType<typeof createKvCache>;

/** Free blocks in the order in which they will be taken: a doubly linked list in two arrays, every operation O(1). */
function createFreeQueue(capacity: number) {
  // The list is a ring through `end`, which is no block.
  const end = capacity;
  const next = Int32Array.from({ length: capacity + 1 }, (_, i) => (i === end ? 0 : i + 1));
  const before = Int32Array.from({ length: capacity + 1 }, (_, i) => (i === 0 ? end : i - 1));
  const link = (first: number, second: number): void => {
    next[first] = second;
    before[second] = first;
  };
  const queue = {
    length: capacity,
    takeFirst(): number {
      const first = next[end] ?? end;
      queue.remove(first);
      return first;
    },
    insert(block: number, place: 'first' | 'last'): void {
      const previous = place === 'first' ? end : (before[end] ?? end);
      const following = next[previous] ?? end;
      link(previous, block);
      link(block, following);
      queue.length += 1;
    },
    remove(block: number): void {
      link(before[block] ?? end, next[block] ?? end);
      queue.length -= 1;
    },
  };
  return queue;
}
