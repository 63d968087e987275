import type { Timers } from '../../model/timers.ts';

const FIRST_MS = 1_000;

/**
 * The time between two tries of one thing, which doubles with each failure.
 * @param longestMs where it stops to double
 */
export function createRetryPause(timers: Timers, longestMs: number) {
  let nextMs = FIRST_MS;
  return {
    /** Of the next wait, ms. */
    nextMs: (): number => nextMs,
    async wait(): Promise<void> {
      const over = Promise.withResolvers<void>();
      timers.after(nextMs, over.resolve);
      nextMs = Math.min(2 * nextMs, longestMs);
      await over.promise;
    },
    /** After a success: the next pause is the first again. */
    reset(): void {
      nextMs = FIRST_MS;
    },
  };
}
