/** A timer that was set; it can only be given to `cancel` of the timers that made it. */
export type Timer = object;

/** Time as an argument: the machine's (`systemTimers`), or a test's. */
export interface Timers {
  /** Microseconds since any fixed instant; never goes back. */
  nowUs(): number;
  /**
   * Calls `then` once after about `ms` milliseconds. It may be early by a millisecond, and a wait above 2^31-1 ms (24.8
   * days, the most that the system's timers take) ends early: a caller that needs the instant looks at the clock and waits again.
   */
  after(ms: number, then: () => void): Timer;
  cancel(timer: Timer): void;
  /** Calls `then` once when all events that are ready now have been served. */
  soon(then: () => void): void;
}

/** The same timers on a clock whose zero is `epochUs`. */
export function timersSince(timers: Timers, epochUs: number): Timers {
  return { ...timers, nowUs: () => timers.nowUs() - epochUs };
}

/** A time limit that has been set. */
export interface Deadline {
  cancel(): void;
}

/**
 * Calls `then` once, at `dueUs` or up to some milliseconds later, never before: for time limits, whose exact instant does not
 * matter. It costs one timer; an alarm (alarm.ts) is exact, and spins.
 */
export function setDeadline(timers: Timers, dueUs: number, then: () => void): Deadline {
  const wait = (): Timer => timers.after((dueUs - timers.nowUs()) / 1e3, check);
  function check(): void {
    if (timers.nowUs() < dueUs) timer = wait();
    else then();
  }
  let timer = wait();
  return { cancel: () => timers.cancel(timer) };
}
