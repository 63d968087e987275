/** Two 26-bit halves make a hash of 52 bits, which a double holds exactly: no collision is to be expected below 10⁷ blocks. */
const HALF = 2 ** 26;

/**
 * The hashes by which a prefix cache knows the whole blocks of a prompt; the last, partial block has none. Each hash
 * takes in the one before it, as vLLM's do, so a block is found only after the same prefix.
 * @param tokens of the whole prompt, the chat template's included; numbers are token ids
 * @param salt `cache_salt` of the request and whatever else separates prompts (LoRA, images); '' for none
 * @param blockSize tokens
 */
export function promptBlocks(
  tokens: readonly (string | number)[],
  salt: string,
  blockSize: number,
): number[] {
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
  const mixText = (text: string): void => {
    for (let i = 0; i < text.length; i++) mix(text.charCodeAt(i));
    // The length separates 'ab','c' from 'a','bc'.
    mix(0x10000 + text.length);
  };
  mixText(salt);
  for (let start = 0; start + blockSize <= tokens.length; start += blockSize) {
    for (let i = start; i < start + blockSize; i++) {
      const token = tokens[i] ?? 0;
      if (typeof token === 'number') mix(token);
      else mixText(token);
    }
    hashes.push((a % HALF) * HALF + (b % HALF));
  }
  return hashes;
}
