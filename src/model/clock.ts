import { performance } from 'node:perf_hooks';
import type { Timers } from './timers.ts';

/** The only door to the system's time and timers. Pure code takes them as arguments and never sees this. */
export interface Clock {
  /** Microseconds on the machine's monotonic clock: one origin for all threads and processes of this machine. */
  nowUs(): number;
  /** Wall-clock time in milliseconds since 1970, for anchors only, never for durations. */
  wallMs(): number;
}

/**
 * `performance.now()` is fast but counts from each thread's own start, `hrtime.bigint()` has one origin for all but
 * allocates: the distance between the two is constant, so it is measured once per thread (the best of a few tries,
 * since the thread can be suspended between the two reads).
 */
function originUs(): number {
  let best = Number.POSITIVE_INFINITY;
  let origin = 0;
  for (let i = 0; i < 8; i++) {
    const before = performance.now();
    const absolute = Number(process.hrtime.bigint()) / 1e3;
    const after = performance.now();
    if (after - before < best) {
      best = after - before;
      origin = absolute - ((before + after) / 2) * 1e3;
    }
  }
  return origin;
}

const ORIGIN_US = originUs();

/** The machine's clock. */
export const systemClock: Clock = {
  nowUs: () => ORIGIN_US + performance.now() * 1e3,
  wallMs: () => Date.now(),
};

/** The longest that `setTimeout` waits, ms; it treats anything longer as 1 ms. */
const LONGEST_MS = 2 ** 31 - 1;

/** The machine's timers, on its monotonic clock. */
export const systemTimers: Timers = {
  nowUs: systemClock.nowUs,
  after: (ms, then) => setTimeout(then, Math.min(ms, LONGEST_MS)),
  cancel: (timer) => clearTimeout(timer as NodeJS.Timeout),
  soon: (then) => void setImmediate(then),
};
