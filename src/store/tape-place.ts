import {
  closeSync,
  constants,
  fstatSync,
  linkSync,
  lstatSync,
  openSync,
  readlinkSync,
  rmSync,
  type Stats,
  statfsSync,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** Where an open tape's file is: at its path, under another name, or nowhere, as one that was cut or whose journal was. */
export type TapePlace = 'there' | 'moved' | 'gone';

/** Watches the file of an open tape: SQLite keeps writing to a deleted file, and to a journal of the old name of a moved one. */
export interface PlaceWatch {
  /**
   * The journal of a moved file gets its new name, and that of a deleted one goes: SQLite finds it by its name, and would read
   * neither the moved file whole nor another that came to the old name.
   */
  look(): TapePlace;
  /** The path that its journal has the name of. */
  name(): string;
  /** Whether the disk has room for what waits, and a reserve: a record must fit before its request is let through. */
  hasRoom(waitingBytes: number): boolean;
  /** Call it when the database is closed: to close any other handle on it before would give SQLite's locks up. */
  close(): void;
}

/** Linux' O_PATH, a handle that reads nothing. */
const O_PATH = 0o10000000;

/** Kept free where no record may be lost: a tenth of the disk, at most this, bytes. */
const RESERVE_BYTES = 64 * 1024 * 1024;

/** Files beside a tape that is open, the journal before its index. */
const JOURNAL_ENDS = ['-wal', '-shm'] as const;

/**
 * Call it while the tape is open: the files beside it are its journal then.
 * @throws the system's error when there is no such file
 */
export function watchPlace(path: string): PlaceWatch {
  const fd = openSync(path, process.platform === 'linux' ? O_PATH : constants.O_RDONLY);
  const journal = JOURNAL_ENDS.map((end) => ({ end, stats: statsOf(path + end) }));
  let name = path;
  let largestBytes = 0;

  /** Those of the journal's files that are still at its name. */
  function atName(): readonly string[] {
    return journal.flatMap(({ end, stats }) => (isSame(statsOf(name + end), stats) ? [end] : []));
  }

  /** Gives the journal a name, null for none. */
  function rename(to: string | null): void {
    if (to === name) return;
    try {
      for (const end of atName()) {
        // Not over a file that is there: another program has opened the tape under its new name.
        if (to !== null) linkSync(name + end, to + end);
        rmSync(name + end);
      }
      name = to ?? name;
    } catch {
      // It is tried again.
    }
  }

  return {
    name: () => name,
    look() {
      const ours = fstatSync(fd);
      if (ours.nlink === 0) {
        rename(null);
        return 'gone';
      }
      // SQLite shortens no tape, and would fill what is missing with zeros.
      if (ours.size < largestBytes) return 'gone';
      largestBytes = ours.size;
      const isThere = isSame(statsOf(path, statSync), ours);
      rename(isThere ? path : (nameOf(fd, ours) ?? name));
      return isThere ? 'there' : 'moved';
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

function statsOf(path: string, stat: (path: string) => Stats = lstatSync): Stats | undefined {
  try {
    return stat(path);
  } catch {
    return undefined;
  }
}

function isSame(a: Stats | undefined, b: Stats | undefined): boolean {
  return a !== undefined && a.ino === b?.ino && a.dev === b.dev;
}

/** The path of an open file, null where the system does not tell. */
function nameOf(fd: number, ours: Stats): string | null {
  try {
    const name = readlinkSync(`/proc/self/fd/${fd}`);
    return isSame(statsOf(name), ours) ? name : null;
  } catch {
    return null;
  }
}

/** What every write to a tape fails with whose file is gone; the code is SQLite's own for it. */
export function placeError(path: string): Error {
  return Object.assign(new Error(`the file ${path} was deleted, replaced or damaged, or its journal was`), {
    code: 'SQLITE_READONLY_DBMOVED',
  });
}
