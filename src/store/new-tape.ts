import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import { UserError } from '../model/user-error.ts';
import { refuseJournalName } from './journal.ts';
import { createDatabase } from './open-database.ts';
import { leaveOneFile } from './settle-tape.ts';

/** A tape that is made under another name beside its own, so that a crash or an error leaves nothing that looks like it. */
export interface NewTape {
  readonly db: Database;
  /** Where it is for now. */
  readonly path: string;
  /** Closes it and gives it its name. @throws UserError when another program made a file of that name meanwhile */
  commit(): void;
  /** Leaves no trace. */
  discard(): void;
}

/** Who makes a new tape, a part of its name for now; and what a user can do where it is there already. */
const EXISTS = {
  import: (path: string) =>
    new UserError(`${path} exists already: choose another --out, or add to it with --append`),
  merge: (path: string) => new UserError(`${path} exists already: choose another --out`),
  part: (path: string) =>
    new UserError(`${path} exists already: choose another --out, a new one for each replay`),
} as const;

/**
 * For a command that does something else before it makes the tape.
 * @throws UserError when the file exists
 */
export function refuseExisting(path: string, purpose: keyof typeof EXISTS): void {
  if (existsSync(path)) throw EXISTS[purpose](path);
}

/**
 * @throws UserError when the file exists or cannot be made
 */
export function openNewTape(path: string, purpose: keyof typeof EXISTS): NewTape {
  refuseExisting(path, purpose);
  refuseJournalName(path);
  const target = `${path}.${purpose}-${process.pid}`;
  const db = createDatabase(target);
  // A crash leaves an unused file, and so does an error.
  db.pragma('synchronous = OFF');
  db.pragma('journal_mode = OFF');
  return {
    db,
    path: target,
    commit() {
      leaveOneFile(db);
      db.close();
      try {
        const file = openSync(target, 'r+');
        fsyncSync(file);
        closeSync(file);
        refuseExisting(path, purpose);
        renameSync(target, path);
      } catch (error) {
        removeFiles(target);
        throw error;
      }
    },
    discard() {
      db.close();
      removeFiles(target);
    },
  };
}

function removeFiles(path: string): void {
  for (const end of ['', '-wal', '-shm', '-journal']) rmSync(path + end, { force: true });
}
