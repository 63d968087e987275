import { openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Counts of the exchanges that have begun, in memory that outlives this process: when it is killed, the process that writes
 * the tape reads there how many never reached it. The memory is a file without a name in Linux' file system for shared
 * memory, since Node maps none: to write eight bytes there is one system call, and waits for no disk.
 */

/** The part of the file that the writers of one tape have: a slot for each. */
export interface LedgerPage {
  readonly fd: number;
  /** Where it begins, bytes. */
  readonly at: number;
}

const PLACE = '/dev/shm';
const SLOT_BYTES = 8;
const PAGE_BYTES = 4_096;

/** The last slots of a page are no writer's: whether another tape says what was lost on its own, what that has kept, and `SAID`. */
const HANDED_OVER = PAGE_BYTES / SLOT_BYTES - 3;
const SAID = HANDED_OVER + 2;

/** The one file of this process. It is never closed: a number of a file that is used again would be written to. */
let file: number | null | undefined;
let pages = 0;

/** A fresh page; null where the system has no such memory, or no more of it. */
export function openLedgerPage(): LedgerPage | null {
  file ??= openFile();
  if (file === null) return null;
  const page = { fd: file, at: PAGE_BYTES * pages };
  try {
    // The memory is taken here, so that no count fails for want of it.
    writeSync(file, new Uint8Array(PAGE_BYTES), 0, PAGE_BYTES, page.at);
  } catch {
    return null;
  }
  pages += 1;
  return page;
}

function openFile(): number | null {
  const name = join(PLACE, `reprise-${process.pid}-${performance.now()}`);
  try {
    const fd = openSync(name, 'wx+', 0o600);
    unlinkSync(name);
    return fd;
  } catch {
    return null;
  }
}

/** A slot of the page. @returns counts one exchange; it never throws */
export function ledgerCounter({ fd, at }: LedgerPage, slot: number): () => void {
  const counted = Float64Array.of(0);
  const page = { fd, at };
  return () => {
    counted[0] = (counted[0] ?? 0) + 1;
    // One of more writers than there are slots is not counted: what it loses at a kill is seen as unfinished rows only.
    if (slot < HANDED_OVER) write(page, slot, counted);
  };
}

/** The tape of the page is gone, or what writes it: a later one says what was lost. @param kept exchanges that it has */
export function handOver(page: LedgerPage, kept: number): void {
  write(page, HANDED_OVER, Float64Array.of(1, kept));
}

/** The tape of the page was closed and says how much was lost on others. */
export function markSaid(page: LedgerPage, said: number): void {
  write(page, SAID, Float64Array.of(said));
}

function write({ fd, at }: LedgerPage, slot: number, values: Float64Array): void {
  try {
    writeSync(fd, values, 0, null, at + SLOT_BYTES * slot);
  } catch {
    // Traffic does not depend on it.
  }
}

/** What the tape of a page has to account for when the recorder was killed. */
export interface LedgerCounts {
  /** Exchanges that have begun on it. */
  readonly begun: number;
  /** Exchanges that were lost on earlier tapes, which no tape says yet. */
  readonly lostBefore: number;
}

export function readLedger({ fd, at }: LedgerPage): LedgerCounts {
  const counts = new Float64Array(PAGE_BYTES / SLOT_BYTES);
  let lostBefore = 0;
  for (let from = 0; ; from += PAGE_BYTES) {
    readSync(fd, new Uint8Array(counts.buffer), 0, PAGE_BYTES, from);
    const begun = counts.subarray(0, HANDED_OVER).reduce((sum, count) => sum + count, 0);
    if (from >= at) return { begun, lostBefore: Math.max(0, lostBefore) };
    const [isHandedOver = 0, kept = 0, said = 0] = counts.subarray(HANDED_OVER);
    lostBefore += isHandedOver * (begun - kept) - said;
  }
}
