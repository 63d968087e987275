/** Answers that are kept for the next time they are asked for. */
export interface Kept<T> {
  /** What is kept under a key, or what `make` gives; what is being made is made once. A failure is not kept. */
  get(key: string, make: () => Promise<T>): Promise<T>;
}

/** @param most how many are kept; the one that was asked for the longest ago goes first */
export function createKept<T>(most: number): Kept<T> {
  const all = new Map<string, Promise<T>>();
  return {
    get(key, make) {
      const known = all.get(key);
      all.delete(key);
      const answer = known ?? make();
      all.set(key, answer);
      if (known === undefined) answer.catch(() => all.get(key) === answer && all.delete(key));
      for (const oldest of all.keys()) {
        if (all.size <= most) break;
        all.delete(oldest);
      }
      return answer;
    },
  };
}
