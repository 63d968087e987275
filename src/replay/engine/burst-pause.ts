/** Reads that follow each other within this time are a burst: the tokens of one step of a batch, microseconds. */
const BURST_US = 100;

/** How long the thread sleeps within a burst, ms: the most by which a stamp is late for it. */
const PAUSE_MS = 0.15;

/** So many reads in one turn of the loop need no sleep to come together. */
const ENOUGH = 16;

/** Told of every read of the thread. */
export interface BurstPause {
  /** @param atUs monotonic, microseconds */
  onRead(atUs: number): void;
}

/**
 * A batch of 200 streams gets its tokens one write after another, some ten microseconds apart: a thread that wakes for
 * each pays for 200 wake-ups. So within a burst it sleeps for a moment and finds a dozen sockets ready when it wakes, as
 * network cards do it with their interrupts (interrupt moderation). It saves a sixth of an event's CPU
 * (docs/performance.md) and makes its stamp late by 0.15 ms at the most; outside of bursts nothing changes.
 * @param sleep blocks the thread for so many milliseconds
 */
export function createBurstPause(sleep: (ms: number) => void = sleepThread): BurstPause {
  let lastUs = Number.NEGATIVE_INFINITY;
  let armed = false;
  let reads = 0;

  function pause(): void {
    armed = false;
    if (reads < ENOUGH) sleep(PAUSE_MS);
    reads = 0;
  }

  return {
    onRead(atUs) {
      reads += 1;
      if (!armed && atUs - lastUs < BURST_US) {
        armed = true;
        // After everything that is ready now has been read.
        setImmediate(pause);
      }
      lastUs = atUs;
    },
  };
}

const nothing = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

function sleepThread(ms: number): void {
  Atomics.wait(nothing, 0, 0, ms);
}
