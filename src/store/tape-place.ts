import { closeSync, constants, fstatSync, openSync, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** Where an open tape's file is: at its path, under another name, or nowhere, as one whose journal was cut. */
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

/** @throws the system's error when there is no such file */
export function watchPlace(path: string): PlaceWatch {
  const fd = openSync(path, process.platform === 'linux' ? O_PATH : constants.O_RDONLY);
  return {
    look() {
      const ours = fstatSync(fd);
      if (ours.nlink === 0) return 'gone';
      const named = statSync(path, { throwIfNoEntry: false });
      if (named?.ino !== ours.ino || named.dev !== ours.dev) return 'moved';
      return 'there';
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
