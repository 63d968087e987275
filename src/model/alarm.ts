/** A timer that fires at an instant rather than after a while: late once is not late for ever. */
export interface Alarm {
  /** Arms it for `dueUs`, null disarms. */
  set(dueUs: number | null): void;
}

/** libuv's timers count whole milliseconds and may fire early or late by one; the rest is spun through, ms. */
const SPIN_MS = 1.2;

/**
 * Calls `ring` as close to the armed instant as the machine allows: a timer up to 1.2 ms before, then a short spin of
 * the event loop, so that sockets are still served meanwhile.
 * @param nowUs the clock that instants are on
 * @param scale how many microseconds of that clock pass in one microsecond of wall time
 */
export function createAlarm(nowUs: () => number, scale: number, ring: () => void): Alarm {
  let dueUs: number | null = null;
  let timer: NodeJS.Timeout | null = null;
  let spinning = false;

  function wait(): void {
    if (dueUs === null || spinning) return;
    const leftMs = (dueUs - nowUs()) / scale / 1e3;
    if (leftMs > SPIN_MS) {
      timer = setTimeout(wait, Math.floor(leftMs - SPIN_MS));
    } else {
      spinning = true;
      setImmediate(spin);
    }
  }

  function spin(): void {
    spinning = false;
    if (dueUs === null) return;
    if (nowUs() < dueUs) {
      wait();
      return;
    }
    dueUs = null;
    ring();
  }

  return {
    set(instantUs) {
      dueUs = instantUs;
      if (timer !== null) clearTimeout(timer);
      timer = null;
      wait();
    },
  };
}
