import type { Timers } from '../../model/timers.ts';

/** Reads that follow each other within this time are one burst: the tokens of one step of the server's batch, microseconds. */
const BURST_US = 100;

/** How long the thread sleeps within a burst, ms: the most by which it makes a stamp late. */
const PAUSE_MS = 0.15;

/** A burst counts as large from this number of reads on. A turn of the event loop with this many reads needs no sleep. */
const MANY = 16;

/** Pieces of work done per turn of the event loop, each some tens of microseconds, so that the next reads are not late. */
const WORK_PER_TURN = 8;

/** What one sending thread does between its reads. */
export interface ReadCoalescing {
  /** Call it at every read. @param atUs monotonic, microseconds */
  onRead(atUs: number): void;
  /** Does `work` once everything that can be read now has been read; in order, a few pieces in each turn of the loop. */
  afterReads(work: () => void): void;
}

/**
 * Puts reads first, because every read is stamped.
 *
 * A server writes the tokens of a batch of 200 streams one after another, some ten microseconds apart; a thread that wakes
 * for each pays for 200 wake-ups. So within a large burst it sleeps for a moment and finds a dozen sockets ready when it
 * wakes, as network cards do with interrupts (interrupt moderation). That saves CPU (docs/performance.md) and makes a stamp
 * late by 0.15 ms at most. The first reads of a burst, and small batches, are not delayed.
 *
 * A batch often ends as a whole. Ending an answer and sending the next request takes as long as three reads, so that work
 * waits until the last tokens of the other streams have been read.
 * @param sleep blocks the thread for a number of milliseconds
 */
export function createReadCoalescing(
  timers: Pick<Timers, 'soon'>,
  sleep: (ms: number) => void = sleepThread,
): ReadCoalescing {
  /** When the last read was. In an array: assigning to a variable would allocate a number on the heap at every read. */
  const lastUs = new Float64Array([Number.NEGATIVE_INFINITY]);
  const works: (() => void)[] = [];
  let armed = false;
  /** Reads in this turn of the loop. */
  let reads = 0;
  /** Reads in this burst. */
  let burst = 0;

  function arm(): void {
    if (armed) return;
    armed = true;
    timers.soon(endTurn);
  }

  function endTurn(): void {
    armed = false;
    if (works.length === 0 && reads < MANY && burst >= MANY) {
      sleep(PAUSE_MS);
      // Neither the sleep nor a late waking ends the burst.
      lastUs[0] = (lastUs[0] ?? 0) + 1e3 * PAUSE_MS + BURST_US;
    }
    reads = 0;
    const now = works.splice(0, WORK_PER_TURN);
    if (works.length > 0) arm();
    for (const work of now) work();
  }

  return {
    onRead(atUs) {
      reads += 1;
      burst = atUs - (lastUs[0] ?? 0) < BURST_US ? burst + 1 : 0;
      if (burst >= MANY) arm();
      lastUs[0] = atUs;
    },
    afterReads(work) {
      works.push(work);
      arm();
    },
  };
}

/** Never notified: waiting for it is sleeping. */
const nothing = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

/** Blocks the thread for a time, ms. */
export function sleepThread(ms: number): void {
  Atomics.wait(nothing, 0, 0, ms);
}
