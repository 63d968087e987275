/** A prompt as the server's prefix cache sees it. */
export interface CachedPrompt {
  /** What keeps two equal prompts apart: the model, a cache salt. */
  readonly scope: string;
  readonly text: Uint8Array;
}

/** How much of the prompts had been in an earlier prompt already. */
export interface PrefixShare {
  /** Share of the prompt tokens that a prefix cache without end could have served; null when no prompt is known. */
  readonly share: number | null;
  /** The prompts of the estimate, and their tokens. */
  readonly prompts: number;
  readonly promptTokens: number;
  /** False when there were more different prompts than fit in memory: the share is a lower bound then. */
  readonly complete: boolean;
}

/** Bytes of a block: some 16 tokens of English or Chinese, which is vLLM's block. */
const BLOCK_BYTES = 64;

/** Blocks that are remembered, about 50 MB of them. */
const MOST_BLOCKS = 1_000_000;

/**
 * Estimates what a prefix cache could serve of prompts that come in order. As vLLM's does, the cache knows whole blocks
 * by everything before them; blocks are of bytes here, since a tape has no tokeniser, and a prompt's tokens are taken
 * to be spread evenly over its bytes. It never forgets, so a real cache serves less.
 */
export function createPrefixShare(mostBlocks: number = MOST_BLOCKS) {
  const known = new Set<number>();
  let prompts = 0;
  let promptTokens = 0;
  let cachedTokens = 0;
  let complete = true;
  let before: CachedPrompt | null = null;
  return {
    add(prompt: CachedPrompt, tokens: number): void {
      const { scope, text } = prompt;
      prompts += 1;
      promptTokens += tokens;
      if (prompt === before && complete) {
        cachedTokens += wholeBlocksShare(text) * tokens;
        return;
      }
      before = prompt;
      let hash = new TextEncoder().encode(scope).reduce(mixByte, START);
      let shared = 0;
      let matching = true;
      for (let at = 0; at + BLOCK_BYTES <= text.length; at += BLOCK_BYTES) {
        hash = hashBlock(text, at, hash);
        const key = hash[0] * 2 ** 21 + (hash[1] >>> 11);
        matching &&= known.has(key);
        if (matching) shared += BLOCK_BYTES;
        else if (known.size < mostBlocks) known.add(key);
        else complete = false;
      }
      if (text.length > 0) cachedTokens += (shared / text.length) * tokens;
    },
    figures: (): PrefixShare => ({
      share: promptTokens === 0 ? null : cachedTokens / promptTokens,
      prompts,
      promptTokens,
      complete,
    }),
  };
}

/** What a prompt that comes again has in the cache. */
function wholeBlocksShare({ length }: Uint8Array): number {
  return length === 0 ? 0 : (length - (length % BLOCK_BYTES)) / length;
}

/** Two hashes of 32 bits, of which 53 bits make a key that a Set holds as a plain number. */
type Hash = readonly [number, number];

const START: Hash = [0x811c9dc5, 0x9e3779b9];

function hashBlock(text: Uint8Array, from: number, start: Hash): Hash {
  let [a, b] = start;
  for (let i = from; i < from + BLOCK_BYTES; i++) {
    const byte = text[i] ?? 0;
    a = Math.imul(a ^ byte, 0x01000193);
    b = Math.imul(b ^ byte, 0x85ebca6b) + 0x7f4a7c15;
    b ^= b >>> 13;
  }
  return [a >>> 0, b >>> 0];
}

/** FNV-1a, and a second one of other constants. */
function mixByte([a, b]: Hash, byte: number): Hash {
  const mixed = Math.imul(b ^ byte, 0x85ebca6b) + 0x7f4a7c15;
  return [Math.imul(a ^ byte, 0x01000193) >>> 0, (mixed ^ (mixed >>> 13)) >>> 0];
}
