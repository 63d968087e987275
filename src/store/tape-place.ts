import { closeSync, constants, fstatSync, openSync, readSync, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** Where an open tape's file is: at its path, under another name, or nowhere, as one whose journal was emptied. */
export type TapePlace = 'there' | 'moved' | 'gone';

/** Watches the file of an open tape: SQLite keeps writing to a deleted file. */
export interface PlaceWatch {
  look(): TapePlace;
  /** Whether the disk has room for what waits, and a reserve: a record must fit before its request is let through. */
  hasRoom(waitingBytes: number): boolean;
  /** Call it when the database is closed: to close any other handle on it before would give SQLite's locks up. */
  close(): void;
}

/** Linux' O_PATH, a handle that reads nothing. */
const O_PATH = 0o10000000;

/** Kept free where no record may be lost: a tenth of the disk, at most this, bytes. */
const RESERVE_BYTES = 64 * 1024 * 1024;

/** What SQLite's journal begins with, in its two byte orders of checksums (https://sqlite.org/fileformat2.html, 4.1). */
const JOURNAL_MAGIC: readonly number[] = [0x377f0682, 0x377f0683];

/**
 * Whether somebody emptied the journal of a tape that is written: SQLite goes on behind its old end, and what it copies to
 * the tape from the hole is zeros. An empty journal is sound, since a checkpoint by another program may leave one.
 */
function isJournalCut(path: string): boolean {
  const head = Buffer.alloc(4);
  try {
    const fd = openSync(`${path}-wal`, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      return readSync(fd, head, 0, 4, 0) === 4 && !JOURNAL_MAGIC.includes(head.readUInt32BE());
    } finally {
      closeSync(fd);
    }
  } catch {
    // One that was deleted is still SQLite's.
    return false;
  }
}

/** @throws the system's error when there is no such file */
export function watchPlace(path: string): PlaceWatch {
  const fd = openSync(path, process.platform === 'linux' ? O_PATH : constants.O_RDONLY);
  return {
    look() {
      const ours = fstatSync(fd);
      if (ours.nlink === 0) return 'gone';
      const named = statSync(path, { throwIfNoEntry: false });
      if (named?.ino !== ours.ino || named.dev !== ours.dev) return 'moved';
      return isJournalCut(path) ? 'gone' : 'there';
    },
    hasRoom(waitingBytes) {
      try {
        const { bsize, blocks, bavail } = statfsSync(dirname(path));
        return bavail * bsize >= Math.min(RESERVE_BYTES, (blocks * bsize) / 10) + 2 * waitingBytes;
      } catch {
        // What is wrong with the folder is seen otherwise.
        return true;
      }
    },
    close: () => closeSync(fd),
  };
}

/** What every write to a tape fails with whose file is gone; the code is SQLite's own for it. */
export function placeError(path: string): Error {
  return Object.assign(new Error(`the file ${path} was deleted or replaced, or its journal was`), {
    code: 'SQLITE_READONLY_DBMOVED',
  });
}
