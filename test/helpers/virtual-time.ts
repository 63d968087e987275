import type { Timer, Timers } from '../../src/model/timers.ts';

/** A clock that goes only when a test plays it: hours take no time, and every instant is exact. */
export interface VirtualTime extends Timers {
  /** Calls `then` at an instant. */
  at(atUs: number, then: () => void): Timer;
  /** Calls what is due next, again and again, until `promise` is settled. */
  play<T>(promise: Promise<T>): Promise<T>;
  /** How many calls are set and have not come. */
  readonly waiting: number;
  /** The thread is busy with something: the clock goes on, and what was due meanwhile is late. */
  spend(us: number): void;
  /** Calls everything that is due until `untilUs`, and leaves the clock there. */
  playUntil(untilUs: number): void;
}

interface Due {
  readonly atUs: number;
  readonly number: number;
  readonly then: () => void;
}

/** What one turn of the event loop takes, microseconds: whoever spins gets on. */
const TURN_US = 1;

/** The longest wait; what is longer ends early, as the contract allows. */
const LONGEST_MS = 2 ** 31 - 1;

export function virtualTime(startUs = 0): VirtualTime {
  const events = new Set<Due>();
  let nowUs = startUs;
  let numbers = 0;

  function add(atUs: number, then: () => void): Due {
    const event = { atUs, number: numbers++, then };
    events.add(event);
    return event;
  }

  function first(): Due | null {
    let found: Due | null = null;
    for (const event of events) if (found === null || event.atUs < found.atUs) found = event;
    return found;
  }

  function call(event: Due): void {
    events.delete(event);
    nowUs = Math.max(nowUs, event.atUs);
    event.then();
  }

  return {
    nowUs: () => nowUs,
    at: add,
    // The system's timers take 0 for 1 ms too.
    after: (ms, then) => add(nowUs + Math.max(1, Math.min(ms, LONGEST_MS)) * 1e3, then),
    cancel: (timer: Timer) => void events.delete(timer as Due),
    soon: (then) => void add(nowUs + TURN_US, then),
    async play(promise) {
      let settled = false;
      const end = (): void => {
        settled = true;
      };
      promise.then(end, end);
      for (;;) {
        // Whatever waits for a promise goes on first.
        for (let i = 0; i < 4 && !settled; i++) await null;
        const next = settled ? null : first();
        if (next === null) break;
        call(next);
      }
      if (!settled) throw new Error('nothing is due any more, and the promise is still pending');
      return promise;
    },
    get waiting() {
      return events.size;
    },
    spend(us) {
      nowUs += us;
    },
    playUntil(untilUs) {
      for (let next = first(); next !== null && next.atUs <= untilUs; next = first()) call(next);
      nowUs = Math.max(nowUs, untilUs);
    },
  };
}
