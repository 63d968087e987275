/** A seeded stream of chance: equal seeds give equal runs. */
export interface Random {
  /** Uniform in [low, high). */
  uniform(low: number, high: number): number;
  /** Normally distributed. */
  gaussian(mean: number, deviation: number): number;
  /** Gamma distributed with mean and variance `shape` (scale 1), which is above zero; shape 1 is exponential. */
  gamma(shape: number): number;
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

  function gaussian(mean: number, deviation: number): number {
    // 1 - u is never zero, whose logarithm would be infinite.
    const radius = Math.sqrt(-2 * Math.log(1 - next()));
    return mean + deviation * radius * Math.cos(2 * Math.PI * next());
  }

  /** Marsaglia and Tsang, "A simple method for generating gamma variables", ACM TOMS 26 (2000), without the squeeze. */
  function gamma(shape: number): number {
    // Their section 6: a smaller shape is one more, scaled by a power of a uniform number.
    if (shape < 1) return gamma(shape + 1) * (1 - next()) ** (1 / shape);
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = gaussian(0, 1);
      const v = (1 + c * x) ** 3;
      if (v > 0 && Math.log(1 - next()) < x ** 2 / 2 + d * (1 - v + Math.log(v))) return d * v;
    }
  }

  return { uniform: (low, high) => low + (high - low) * next(), gaussian, gamma };
}

/** FNV-1a over UTF-16 code units (Fowler, Noll, Vo), 32 bit: turns a text into a seed. */
export function seedOfText(text: string, seed: number): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash;
}
