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
  const count = new Float64Array(1);
  const bytes = new Uint8Array(count.buffer);
  // One of more writers than there are slots is not counted: what it loses at a kill is seen as unfinished rows only.
  const place = SLOT_BYTES * (slot + 1) > PAGE_BYTES ? null : at + SLOT_BYTES * slot;
  return () => {
    if (place === null) return;
    count[0] = (count[0] ?? 0) + 1;
    try {
      writeSync(fd, bytes, 0, SLOT_BYTES, place);
    } catch {
      // Traffic does not depend on it.
    }
  };
}

/** What all writers of a page have counted. */
export function ledgerSum({ fd, at }: LedgerPage): number {
  const counts = new Float64Array(PAGE_BYTES / SLOT_BYTES);
  readSync(fd, new Uint8Array(counts.buffer), 0, PAGE_BYTES, at);
  return counts.reduce((sum, count) => sum + count, 0);
}
