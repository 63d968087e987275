import { existsSync } from 'node:fs';
import { UserError } from '../model/user-error.ts';

/**
 * Refuses the names of SQLite's own files beside a tape: it would take a file of that name for the tape's journal.
 * @param at what messages call the file
 * @throws UserError
 */
export function refuseJournalName(path: string, at = path): void {
  const tape = /^(.+)-(?:wal|shm|journal)$/.exec(path)?.[1];
  if (tape !== undefined && existsSync(tape))
    throw new UserError(`${at} is a name that SQLite uses beside ${tape}: give another name`);
}
