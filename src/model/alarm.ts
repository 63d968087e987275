import type { Timer, Timers } from './timers.ts';

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
