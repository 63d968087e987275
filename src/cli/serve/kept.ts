/** Answers that are kept for the next time they are asked for. */
export interface Kept<T> {
  /** What is kept under a key, or what `make` gives; what is being made is made once. A failure is not kept. */
  get(key: string, make: () => Promise<T>): Promise<T>;
}

/**
 * @param most the sum of the sizes that are kept; what was asked for the longest ago goes first, and the last stays whatever its size
 * @param sizeOf an answer; 1 while it is being made
 */
export function createKept<T>(most: number, sizeOf: (answer: T) => number = () => 1): Kept<T> {
  const all = new Map<string, { readonly answer: Promise<T>; size: number }>();

  function forget(): void {
    let sum = 0;
    for (const { size } of all.values()) sum += size;
    for (const [key, { size }] of all) {
      if (sum <= most || all.size === 1) return;
      all.delete(key);
      sum -= size;
    }
  }

  return {
    get(key, make) {
      const known = all.get(key);
      all.delete(key);
      const kept = known ?? { answer: make(), size: 1 };
      all.set(key, kept);
      if (known === undefined) {
        kept.answer.then(
          (answer) => {
            kept.size = sizeOf(answer);
            forget();
          },
          () => all.get(key) === kept && all.delete(key),
        );
      }
      forget();
      return kept.answer;
    },
  };
}
