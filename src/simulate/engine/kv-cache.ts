/** The blocks of one sequence, in the order of its tokens; only the cache changes it. */
export type BlockTable = number[];

/**
 * The GPU's key-value cache in blocks, after vLLM's `block_pool.py`: a block belongs to any number of sequences with the
 * same prefix, and one that belongs to none keeps its content until it is needed, the least recently used first.
 */
export interface KvCache {
  /** Tokens of one block. */
  readonly blockSize: number;
  /** Blocks that sequences can have. */
  readonly capacity: number;
  /** Blocks that belong to no sequence, those with reusable content included. */
  readonly free: number;
  /** How many of these hashes, from the first on, are those of blocks that are there; looks no further than `most`. */
  find(hashes: readonly number[], most: number): number;
  /** Whether `extend` with these arguments would find enough free blocks. */
  fits(table: BlockTable, length: number, hashes: readonly number[], cached: number): boolean;
  /**
   * Lengthens a table to `length` blocks: first the `cached` leading blocks of `hashes`, then new ones. All or nothing.
   * @returns false when there are not enough free blocks, and nothing has changed
   */
  extend(table: BlockTable, length: number, hashes: readonly number[], cached: number): boolean;
  /** Makes the blocks `from` (inclusive) to `to` (exclusive) of a table findable by their hashes. */
  store(table: BlockTable, hashes: readonly number[], from: number, to: number): void;
  /** Takes all blocks from a table and empties it. */
  release(table: BlockTable): void;
  /** Forgets all content; false when a sequence still has blocks, and then nothing is forgotten. */
  reset(): boolean;
}

const NO_HASH = -1;

/** @param capacity blocks; vLLM's own null block is not one of them */
export function createKvCache(capacity: number, blockSize: number): KvCache {
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
      // Content that belongs to nobody is among the free blocks.
      if (owners[blockOf.get(hashes[i] ?? NO_HASH) ?? 0] === 0) needed += 1;
    }
    return needed <= queue.length;
  }

  return {
    blockSize,
    capacity,
    get free() {
      return queue.length;
    },
    find(hashes, most) {
      let found = 0;
      while (found < most && found < hashes.length && blockOf.has(hashes[found] ?? NO_HASH)) found += 1;
      return found;
    },
    fits,
    extend(table, length, hashes, cached) {
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
    store(table, hashes, from, to) {
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
    release(table) {
      // From the end: of one prefix the tail goes first, since without its head nobody finds it.
      for (let block = table.pop(); block !== undefined; block = table.pop()) {
        const left = (owners[block] ?? 0) - 1;
        owners[block] = left;
        if (left > 0) continue;
        if (hashOf[block] === NO_HASH) queue.addFirst(block);
        else queue.addLast(block);
      }
    },
    reset() {
      if (queue.length < capacity) return false;
      hashOf.fill(NO_HASH);
      blockOf.clear();
      return true;
    },
  };
}

/** Free blocks in the order in which they will be taken: a doubly linked list in two arrays, every operation O(1). */
interface FreeQueue {
  readonly length: number;
  takeFirst(): number;
  addFirst(block: number): void;
  addLast(block: number): void;
  remove(block: number): void;
}

function createFreeQueue(capacity: number): FreeQueue {
  // The list is a ring through `end`, which is no block.
  const end = capacity;
  const next = Int32Array.from({ length: capacity + 1 }, (_, i) => (i === end ? 0 : i + 1));
  const before = Int32Array.from({ length: capacity + 1 }, (_, i) => (i === 0 ? end : i - 1));
  let length = capacity;

  function insertAfter(place: number, block: number): void {
    const following = next[place] ?? end;
    next[place] = block;
    before[block] = place;
    next[block] = following;
    before[following] = block;
    length += 1;
  }

  function remove(block: number): void {
    const previous = before[block] ?? end;
    const following = next[block] ?? end;
    next[previous] = following;
    before[following] = previous;
    length -= 1;
  }

  return {
    get length() {
      return length;
    },
    takeFirst() {
      const first = next[end] ?? end;
      remove(first);
      return first;
    },
    addFirst: (block) => insertAfter(end, block),
    addLast: (block) => insertAfter(before[end] ?? end, block),
    remove,
  };
}
