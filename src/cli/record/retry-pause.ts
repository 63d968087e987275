import type { Timers } from '../../model/timers.ts';

/** The time between two tries of one thing, which doubles with each failure. */
export interface RetryPause {
  /** Of the next wait, ms. */
  nextMs(): number;
  wait(): Promise<void>;
  /** After a success: the next pause is the first again. */
  reset(): void;
}

const FIRST_MS = 1_000;

/** @param longestMs where it stops to double */
export function createRetryPause(timers: Timers, longestMs: number): RetryPause {
  let nextMs = FIRST_MS;
  return {
    nextMs: () => nextMs,
    async wait() {
      const over = Promise.withResolvers<void>();
      timers.after(nextMs, over.resolve);
      nextMs = Math.min(2 * nextMs, longestMs);
      await over.promise;
    },
    reset() {
      nextMs = FIRST_MS;
    },
  };
}
