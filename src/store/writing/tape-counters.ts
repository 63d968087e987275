import { DROP_REASONS, type DropReason, type Drops } from '../../model/exchange.ts';

/** What the threads of one tape count together, in memory that they share. */
export interface TapeCounters {
  readonly shared: SharedArrayBuffer;
  /** Bytes that wait for the tape's thread, from all threads. */
  waitingBytes(): number;
  /** Counts a record that is sent to the tape's thread, unless more than `limitBytes` would wait then. */
  enqueue(bytes: number, limitBytes: number): boolean;
  /** Counts what the tape's thread has worked off. */
  dequeue(bytes: number): void;
  drop(reason: DropReason, records: number): void;
  /** Counts records of another tape that could not be written. */
  takeOver(records: number): void;
  /** Those among the drops that were of other tapes. */
  takenOver(): number;
  /** Records that are not on the tape although they happened, by reason. */
  drops(): Drops;
  /** Says whether nothing can be written at the moment. */
  setFailing(failing: boolean): void;
  /** Says whether the disk has no room left for what is on its way. */
  setNearlyFull(nearlyFull: boolean): void;
  /** Why records are lost at the moment, or soon will be; null when all is well. */
  trouble(limitBytes: number): string | null;
}

/** Bytes are counted in units of as many, so that a number of 32 bits holds every bound. */
const UNIT_BYTES = 1_024;

/** Above this share of the queue those who must not lose a record have to stop: what is in flight still has to fit. */
const FULL_SHARE = 0.9;

const WAITING = 0;
const FAILING = 1;
const NEARLY_FULL = 2;
const TAKEN_OVER = 3;
const DROPS = 4;

/** What a record without bodies occupies, bytes: an estimate on the safe side. */
const RECORD_BYTES = 2_048;

/** What a record counts while it waits: whole units, so that what is added is what is taken off again. */
export function recordBytes(memoryBytes: number): number {
  return RECORD_BYTES + Math.ceil(memoryBytes / UNIT_BYTES) * UNIT_BYTES;
}

/** @param shared of the same counters in another thread */
export function tapeCounters(
  shared = new SharedArrayBuffer((DROPS + DROP_REASONS.length) * Int32Array.BYTES_PER_ELEMENT),
): TapeCounters {
  const numbers = new Int32Array(shared);
  const waitingBytes = (): number => Atomics.load(numbers, WAITING) * UNIT_BYTES;
  const drop = (reason: DropReason, records: number): void =>
    void Atomics.add(numbers, DROPS + DROP_REASONS.indexOf(reason), records);
  return {
    shared,
    waitingBytes,
    enqueue(bytes, limitBytes) {
      if (waitingBytes() + bytes > limitBytes) return false;
      Atomics.add(numbers, WAITING, bytes / UNIT_BYTES);
      return true;
    },
    dequeue: (bytes) => void Atomics.sub(numbers, WAITING, bytes / UNIT_BYTES),
    drop,
    takeOver(records) {
      Atomics.add(numbers, TAKEN_OVER, records);
      drop('write_failed', records);
    },
    takenOver: () => Atomics.load(numbers, TAKEN_OVER),
    drops() {
      const counts = DROP_REASONS.map((reason, i) => [reason, Atomics.load(numbers, DROPS + i)] as const);
      return Object.fromEntries(counts.filter(([, count]) => count > 0));
    },
    setFailing: (failing) => void Atomics.store(numbers, FAILING, Number(failing)),
    setNearlyFull: (nearlyFull) => void Atomics.store(numbers, NEARLY_FULL, Number(nearlyFull)),
    trouble(limitBytes) {
      if (Atomics.load(numbers, FAILING) === 1) return 'the tape cannot be written';
      if (Atomics.load(numbers, NEARLY_FULL) === 1) return 'the disk of the tape is nearly full';
      return waitingBytes() >= limitBytes * FULL_SHARE ? 'the tape is written too slowly' : null;
    },
  };
}
