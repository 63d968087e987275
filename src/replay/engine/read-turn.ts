/** Reads that follow each other within this time are a burst: the tokens of one step of a batch, microseconds. */
const BURST_US = 100;

/** How long the thread sleeps within a burst, ms: the most by which a stamp is late for it. */
const PAUSE_MS = 0.15;

/** From so many reads on a burst is that of a large batch; and so many in one turn of the loop need no sleep. */
const MANY = 16;

/** Works done in one turn, each some tens of microseconds: the reads of the next turn are not late by more. */
const WORKS = 8;

/** The turns of the event loop of one sending thread, as far as they matter for its stamps. */
export interface ReadTurn {
  /** Told of every read. @param atUs monotonic, microseconds */
  onRead(atUs: number): void;
  /** Does `work` when everything that can be read now has been read; in order, a few in each turn. */
  afterReads(work: () => void): void;
}

/**
 * Reads come first, because each is stamped.
 *
 * A batch of 200 streams gets its tokens one write after another, some ten microseconds apart: a thread that wakes for
 * each pays for 200 wake-ups. So within a large burst it sleeps for a moment and finds a dozen sockets ready when it wakes,
 * as network cards do it with their interrupts (interrupt moderation). It saves CPU (docs/performance.md) and makes a
 * stamp late by 0.15 ms at the most; for the first reads of a burst, and for small batches, nothing changes.
 *
 * And a batch often ends as a whole: to end an answer and to send the next request takes as long as three reads, so it
 * waits until the last tokens of the others have been read.
 * @param sleep blocks the thread for so many milliseconds
 */
export function createReadTurn(sleep: (ms: number) => void = sleepThread): ReadTurn {
  /** In an array, since a number that is no integer would be a new object of the heap with every read. */
  const lastUs = new Float64Array([Number.NEGATIVE_INFINITY]);
  const works: (() => void)[] = [];
  let armed = false;
  /** In this turn of the loop, and in this burst. */
  let reads = 0;
  let burst = 0;

  function arm(): void {
    if (armed) return;
    armed = true;
    // After everything that is ready now has been read.
    setImmediate(endTurn);
  }

  function endTurn(): void {
    armed = false;
    if (works.length === 0 && reads < MANY && burst >= MANY) {
      sleep(PAUSE_MS);
      // A burst does not end by our sleeping, nor by our waking late.
      lastUs[0] = (lastUs[0] ?? 0) + 1e3 * PAUSE_MS + BURST_US;
    }
    reads = 0;
    const now = works.splice(0, WORKS);
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

const nothing = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

function sleepThread(ms: number): void {
  Atomics.wait(nothing, 0, 0, ms);
}
