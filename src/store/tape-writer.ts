import { randomBytes } from 'node:crypto';
import type { ServerState } from '../model/capture.ts';
import { bodyStore, type CaptureWriter, type Compress, captureWriter } from './capture-writer.ts';
import { watchJournal } from './journal.ts';
import { appendDatabase, createDatabase } from './open-database.ts';
import { type RunWriter, runWriter } from './run-writer.ts';
import { leaveOneFile, settleTape } from './settle-tape.ts';
import { placeError, type TapePlace, watchPlace } from './tape-place.ts';

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
   * Writes as much as a record of that size does, waits until it is on disk and takes it away again.
   * @throws what keeps the tape from being written
   */
  probe(bytes: number): void;
  /** Where the file is; when it is gone every write fails from then on. */
  look(): TapePlace;
  /** SQLite cannot read what is on the tape: it counts as gone. */
  giveUp(): void;
  /** Whether the disk has room for as many bytes and a reserve. */
  hasRoom(waitingBytes: number): boolean;
  /** Exchanges of this writer's captures that have ended. */
  endedExchanges(): number;
  /** Gives the open group up, after a failed commit. */
  rollback(): void;
  /** False also when SQLite gave the group up by itself, as it does on a full disk. */
  readonly inTransaction: boolean;
  /** Leaves one self-contained file, readable also from a read-only folder. */
  close(): void;
}

/**
 * Opens a tape for writing.
 * @throws UserError when the file exists (create), is no tape (append) or may not be opened
 */
export function openTapeWriter(path: string, mode: WriteMode, compress?: Compress): TapeWriter {
  const db = mode === 'create' ? createDatabase(path) : appendDatabase(path);
  const place = watchPlace(path);
  const isJournalWhole = watchJournal(db);
  let isGone = false;
  let isMoved = false;
  const begun: number[] = [];
  let ended = 0;
  const bodies = bodyStore(db, compress);
  const captures = captureWriter(db, bodies);
  const insertState = db.prepare(
    `INSERT INTO server_states (capture_id, run_id, edge, kind, taken_at_ms, status, body_id) VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );

  function look(): TapePlace {
    const where = place.look();
    isMoved = where === 'moved';
    isGone ||= where === 'gone' || (where === 'there' && !db.inTransaction && !isJournalWhole());
    return isGone ? 'gone' : where;
  }

  /** Where the journal of a moved file could not follow it, what is in it would be lost with this process. */
  function emptyJournal(): void {
    try {
      db.pragma('wal_checkpoint(PASSIVE)');
    } catch {
      // It is tried again at the next commit.
    }
  }

  return {
    ...captures,
    beginCapture(start) {
      const id = captures.beginCapture(start);
      begun.push(id);
      return id;
    },
    look,
    giveUp() {
      isGone = true;
    },
    hasRoom: place.hasRoom,
    endExchange(...of) {
      ended += 1;
      return captures.endExchange(...of);
    },
    endedExchanges() {
      const counted = "SELECT count(*) FROM exchanges WHERE capture_id = ? AND outcome <> 'unfinished'";
      try {
        const count = db.prepare<[number], number>(counted).pluck();
        return begun.reduce((sum, id) => sum + (count.get(id) ?? 0), 0);
      } catch {
        // What is left of the tape cannot be read.
        return ended;
      }
    },
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
      if (isGone || (!db.inTransaction && look() === 'gone')) throw placeError(path);
      if (!db.inTransaction) db.exec('BEGIN IMMEDIATE');
    },
    commit() {
      if (db.inTransaction) db.exec('COMMIT');
      if (isMoved) emptyJournal();
    },
    probe(bytes) {
      if (isGone) throw placeError(path);
      db.exec('BEGIN IMMEDIATE');
      const id = bodies.put(randomBytes(bytes));
      db.exec('COMMIT');
      db.prepare('DELETE FROM bodies WHERE id = ?').run(id);
    },
    rollback() {
      if (db.inTransaction) db.exec('ROLLBACK');
    },
    get inTransaction() {
      return db.inTransaction;
    },
    close() {
      try {
        if (!isGone && db.inTransaction) db.exec('COMMIT');
        const where = look();
        if (where === 'gone') throw placeError(path);
        // SQLite does so by the names that it opened, and the old one may be another tape's by now.
        if (where === 'there') leaveOneFile(db);
        else db.pragma('wal_checkpoint(TRUNCATE)');
      } finally {
        db.close();
        if (!isGone && place.name() !== path) settleTape(place.name());
        place.close();
      }
    },
  };
}
