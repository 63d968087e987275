/** A seeded stream of chance: equal seeds give equal runs. */
export interface Random {
  /** Uniform in [low, high). */
  uniform(low: number, high: number): number;
  /** Normally distributed. */
  gaussian(mean: number, deviation: number): number;
}

/** mulberry32 (Tommy Ettinger, 2017, public domain) with Box and Muller's transform (1958) on top. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;

  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  return {
    uniform: (low, high) => low + (high - low) * next(),
    gaussian(mean, deviation) {
      // 1 - u is never zero, whose logarithm would be infinite.
      const radius = Math.sqrt(-2 * Math.log(1 - next()));
      return mean + deviation * radius * Math.cos(2 * Math.PI * next());
    },
  };
}

/** FNV-1a over UTF-16 code units (Fowler, Noll, Vo), 32 bit: turns a text into a seed. */
export function seedOfText(text: string, seed: number): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash;
}
