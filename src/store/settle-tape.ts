import { existsSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import { appendDatabase } from './open-database.ts';

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

/** Without a journal file beside it a tape can be copied alone; while others read it the journal stays, which is fine. */
export function leaveOneFile(db: Database): void {
  try {
    db.pragma('wal_checkpoint(TRUNCATE)');
    db.pragma('journal_mode = DELETE');
  } catch (error) {
    if (!String((error as { readonly code?: string }).code).startsWith('SQLITE_BUSY')) throw error;
  }
}
