import type { Database } from 'better-sqlite3';
import type { ServerState } from '../model/capture.ts';
import { bodyStore, type CaptureWriter, captureWriter } from './capture-writer.ts';
import { appendDatabase, createDatabase } from './open-database.ts';
import { type RunWriter, runWriter } from './run-writer.ts';

/** To whom a server state belongs. */
export type StateOwner = { readonly captureId: number } | { readonly runId: number };

/** Whether a tape is made anew or written on. */
export type WriteMode = 'create' | 'append';

/** Writes a tape, synchronously; the tape's thread and tests use it. */
export interface TapeWriter extends CaptureWriter, RunWriter {
  addServerState(owner: StateOwner, state: ServerState): void;
  /** Groups the calls until `commit`; a crash loses the open group only. */
  begin(): void;
  commit(): void;
  /**
   * Writes something that changes nothing and waits until it is on disk.
   * @throws what keeps the tape from being written
   */
  probe(): void;
  /** Gives the open group up, after a failed commit. */
  rollback(): void;
  /** False also when SQLite gave the group up by itself, as it does on a full disk. */
  readonly inTransaction: boolean;
  /** Leaves one self-contained file, readable also where nobody may write. */
  close(): void;
}

/**
 * Opens a tape for writing.
 * @throws UserError when the file exists (create), is no tape (append) or may not be opened
 */
export function openTapeWriter(path: string, mode: WriteMode): TapeWriter {
  const db = mode === 'create' ? createDatabase(path) : appendDatabase(path);
  const bodies = bodyStore(db);
  const insertState = db.prepare(
    `INSERT INTO server_states (capture_id, run_id, edge, kind, taken_at_ms, status, body_id) VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  return {
    ...captureWriter(db, bodies),
    ...runWriter(db),
    addServerState(owner, state) {
      insertState.run(
        'captureId' in owner ? owner.captureId : null,
        'runId' in owner ? owner.runId : null,
        state.edge,
        state.kind,
        state.takenAtMs,
        state.status,
        bodies.put(new TextEncoder().encode(state.body)),
      );
    },
    begin() {
      if (!db.inTransaction) db.exec('BEGIN IMMEDIATE');
    },
    commit() {
      if (db.inTransaction) db.exec('COMMIT');
    },
    probe() {
      db.exec('BEGIN IMMEDIATE');
      db.exec('UPDATE captures SET clean_close = clean_close');
      db.exec('COMMIT');
    },
    rollback() {
      if (db.inTransaction) db.exec('ROLLBACK');
    },
    get inTransaction() {
      return db.inTransaction;
    },
    close() {
      if (db.inTransaction) db.exec('COMMIT');
      leaveOneFile(db);
      db.close();
    },
  };
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
