import { existsSync } from 'node:fs';
import { appendDatabase } from '../open-database.ts';
import { leaveOneFile } from '../tape-writer.ts';

/**
 * Makes one file of a tape whose writer died: its journal goes into it.
 * @returns false for one that another process still has open, and for one that cannot be read
 */
export function settleTape(path: string): boolean {
  try {
    const db = appendDatabase(path);
    try {
      leaveOneFile(db);
    } finally {
      db.close();
    }
    return !existsSync(`${path}-wal`);
  } catch {
    return false;
  }
}
