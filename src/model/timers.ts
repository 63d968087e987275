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

/** A time limit that is set again and again. */
export interface Deadline {
  /** Arms it for `dueUs`, null disarms. */
  set(dueUs: number | null): void;
  /** Disarms it and leaves no timer behind. */
  close(): void;
}

/**
 * Calls `expire` at the armed instant or up to some milliseconds later, never before and never from within `set`: for time
 * limits, whose exact instant does not matter. To set it costs next to nothing: a timer that waits for an earlier instant
 * goes on, and waits again when it fires. An alarm (alarm.ts) is exact, and spins.
 */
export function createDeadline(timers: Timers, expire: () => void): Deadline {
  let dueUs: number | null = null;
  let timer: Timer | null = null;
  let timerUs = 0;

  function wait(untilUs: number): void {
    timerUs = untilUs;
    timer = timers.after((untilUs - timers.nowUs()) / 1e3, look);
  }

  function look(): void {
    timer = null;
    if (dueUs === null) return;
    if (timers.nowUs() < dueUs) wait(dueUs);
    else {
      dueUs = null;
      expire();
    }
  }

  function close(): void {
    dueUs = null;
    if (timer !== null) timers.cancel(timer);
    timer = null;
  }

  return {
    set(instantUs) {
      dueUs = instantUs;
      if (instantUs === null || (timer !== null && timerUs <= instantUs)) return;
      if (timer !== null) timers.cancel(timer);
      wait(instantUs);
    },
    close,
  };
}

/** A timer that fires at an instant rather than after a time, so that being late once does not add up. */
export interface Alarm {
  /** Arms it for `dueUs`, null disarms. */
  set(dueUs: number | null): void;
}

/** The system's timers count whole milliseconds and may fire early or late by one; the rest is spun through, ms. */
const SPIN_MS = 1.2;

/**
 * Calls `ring` as close to the armed instant as the machine allows and never before: a timer up to 1.2 ms before, then a
 * short spin of the event loop, so that sockets are still served meanwhile.
 * @param timers instants are those of their clock
 * @param scale how many microseconds of that clock pass in one microsecond of the timers' waits
 */
export function createAlarm(timers: Timers, ring: () => void, scale = 1): Alarm {
  let dueUs: number | null = null;
  let timer: Timer | null = null;
  let spinning = false;

  function wait(): void {
    if (dueUs === null || spinning) return;
    const leftMs = (dueUs - timers.nowUs()) / scale / 1e3;
    if (leftMs > SPIN_MS) {
      timer = timers.after(Math.floor(leftMs - SPIN_MS), wait);
    } else {
      spinning = true;
      timers.soon(spin);
    }
  }

  function spin(): void {
    spinning = false;
    if (dueUs === null) return;
    if (timers.nowUs() < dueUs) {
      wait();
      return;
    }
    dueUs = null;
    ring();
  }

  return {
    set(instantUs) {
      dueUs = instantUs;
      if (timer !== null) timers.cancel(timer);
      timer = null;
      wait();
    },
  };
}
