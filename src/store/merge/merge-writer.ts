import type { Database } from 'better-sqlite3';
import { UserError } from '../../model/user-error.ts';
import { renumber } from '../capture-writer.ts';
import { EXCHANGE_COLUMNS, insertInto, RESULT_COLUMNS } from '../columns.ts';
import { DamagedValueError } from '../damaged-value-error.ts';
import { isJournalBroken } from '../journal.ts';
import { openNewTape } from '../new-tape.ts';
import { databaseError, readDatabase } from '../open-database.ts';
import { runWriter } from '../run-writer.ts';

/** A run of a tape that is copied. */
export interface CopiedRun {
  readonly from: number;
  /** The run of the new tape that its results become part of. */
  readonly to: number;
  /** What the server said at the run's edges is copied as well. */
  readonly withStates: boolean;
}

/**
 * Writes one tape of several. Nothing has its name before `commit`.
 * @throws UserError when the tape exists or cannot be made
 */
export function openMergeWriter(path: string) {
  const made = openNewTape(path, 'merge');
  const { db } = made;
  const runs = runWriter(db);
  const captures = captureCopies(db);
  db.exec('BEGIN IMMEDIATE');
  return {
    /** Where the tape is for now; it can be read from `settle` on. */
    path: made.path,
    beginRun: runs.beginRun,
    /** @throws UserError where the tape cannot be read, or contradicts one that was added before */
    addTape(from: string, copied: readonly CopiedRun[]): void {
      const source = readDatabase(from);
      try {
        const bodyIds = bodyCopies(source, db);
        const exchangeIds = captures.copy(source, from, bodyIds);
        for (const run of copied) copyRun(source, db, run, exchangeIds, bodyIds);
      } catch (error) {
        throw databaseError(damage(error) ?? error, from);
      } finally {
        source.close();
      }
    },
    /** Makes one capture of those that were recorded at the same time, and everything readable. */
    settle(): void {
      joinCaptures(db);
      db.exec('COMMIT');
    },
    /** A position of the plan that more than one result of a run has; null where there is none. */
    doubledPosition(runId: number): number | null {
      const seq = db
        .prepare('SELECT seq FROM results WHERE run_id = ? GROUP BY seq HAVING count(*) > 1 LIMIT 1')
        .pluck()
        .get(runId);
      return (seq as number | undefined) ?? null;
    },
    /** From the planned instant to the sending of each request of a run, microseconds, sorted. */
    lags(runId: number): Float64Array {
      const sql = 'SELECT sent_us - scheduled_us FROM results WHERE run_id = ? AND sent_us IS NOT NULL';
      return Float64Array.from(db.prepare(sql).pluck().all(runId) as number[]).sort();
    },
    breakResults: runs.breakResults,
    endRun: runs.endRun,
    commit: made.commit,
    /** Leaves no trace. */
    discard: made.discard,
  };
}

export type MergeWriter = ReturnType<typeof openMergeWriter>;

/** A row that the new tape refuses was not written by reprise. */
function damage(error: unknown): DamagedValueError | null {
  const { code = '' } = error as { readonly code?: string };
  return code.startsWith('SQLITE_CONSTRAINT') ? new DamagedValueError((error as Error).message) : null;
}

type Ids = (id: number | null) => number | null;

/** Copies bodies when they are asked for, equal ones once. */
function bodyCopies(source: Database, db: Database): Ids {
  const read = source.prepare('SELECT sha256, codec, size_bytes, data FROM bodies WHERE id = ?').raw();
  const find = db.prepare('SELECT id FROM bodies WHERE sha256 = ?').pluck();
  const insert = db.prepare('INSERT INTO bodies (sha256, codec, size_bytes, data) VALUES (?, ?, ?, ?)');
  const known = new Map<number, number>();
  return (id) => {
    if (id === null) return null;
    const before = known.get(id);
    if (before !== undefined) return before;
    const row = read.get(id) as readonly unknown[] | undefined;
    if (row === undefined) return null;
    const made = (find.get(row[0]) as number | undefined) ?? Number(insert.run(...row).lastInsertRowid);
    known.set(id, made);
    return made;
  };
}

const CAPTURE_KEY = ['started_at_ms', 'started_us', 'upstream', 'tool_version', 'settings', 'redaction'];
const CAPTURE_REST = ['ended_at_ms', 'clean_close', 'ignored', 'drops_queue_full', 'drops_write_failed'];
const CAPTURE_NAMES = [...CAPTURE_KEY, ...CAPTURE_REST];

/** Its number within the capture, and what `columns` has of it. */
const EXCHANGE_NAMES = ['number', ...EXCHANGE_COLUMNS.names];
const CAPTURE_AT = EXCHANGE_NAMES.indexOf('capture_id');
const BODIES_AT = ['request_body_id', 'response_body_id'].map((name) => EXCHANGE_NAMES.indexOf(name));

/** What is equal where two rows of one capture and number are the same request. */
const SAME = ['arrived_us', 'method', 'path', 'request_bytes'];

/** Of each exchange: whether it has its content, which parts of a sharded run leave to the tape that they were replayed from. */
const KEYS = `SELECT id, number, request_headers <> '[]' OR request_body_id IS NOT NULL OR EXISTS (
  SELECT 1 FROM chunk_times WHERE exchange_id = exchanges.id), ${SAME.join(', ')} FROM exchanges WHERE capture_id = ?`;

type Key = readonly [id: number, number: number, isWhole: number, ...same: unknown[]];

/** The captures of the new tape: one that several tapes have, as the parts of a sharded run do, is there once. */
function captureCopies(db: Database) {
  const byKey = new Map<string, number>();
  const insertCapture = insertInto(db, 'captures', CAPTURE_NAMES);
  const insertExchange = insertInto(db, 'exchanges', EXCHANGE_NAMES);
  const find = db.prepare(`${KEYS} AND number = ?`).raw();
  const fill = db.prepare(
    `UPDATE exchanges SET ${EXCHANGE_NAMES.map((name) => `${name} = ?`).join(', ')} WHERE id = ?`,
  );
  const insertChunks = db.prepare(
    'INSERT OR IGNORE INTO chunk_times (exchange_id, reads, packed) VALUES (?, ?, ?)',
  );

  return {
    /** Copies what the new tape does not have, and gives the new ids of exchanges. */
    copy(source: Database, path: string, bodyIds: Ids): ReadonlyMap<number, number> {
      const captureIds = new Map<number, number>();
      const old = new Set<number>();
      let lastMade: number | null = null;
      const rows = source.prepare(`SELECT id, ${CAPTURE_NAMES.join(', ')} FROM captures ORDER BY id`).raw();
      for (const [id, ...values] of rows.all() as [number, ...unknown[]][]) {
        const key = JSON.stringify(values.slice(0, CAPTURE_KEY.length));
        const known = byKey.get(key);
        const made = known ?? Number(insertCapture.run(...values).lastInsertRowid);
        byKey.set(key, made);
        if (known !== undefined) old.add(made);
        captureIds.set(id, made);
        lastMade = made;
        const hasStates = db.prepare('SELECT 1 FROM server_states WHERE capture_id = ?').get(made);
        if (hasStates === undefined) copyStates(source, db, 'capture_id', { from: id, to: made }, bodyIds);
      }
      if (lastMade !== null && isJournalBroken(path))
        db.prepare('UPDATE captures SET clean_close = 0 WHERE id = ?').run(lastMade);
      const ids = new Map<number, number>();
      const chunks = source.prepare('SELECT reads, packed FROM chunk_times WHERE exchange_id = ?').raw();
      const row = source.prepare(`SELECT ${EXCHANGE_NAMES.join(', ')} FROM exchanges WHERE id = ?`).raw();
      const write = (id: number, captureId: number, known: number | null): number => {
        const values = row.get(id) as unknown[];
        values[CAPTURE_AT] = captureId;
        for (const at of BODIES_AT) values[at] = bodyIds(values[at] as number | null);
        const made = known ?? Number(insertExchange.run(...values).lastInsertRowid);
        if (known !== null) fill.run(...values, known);
        const read = chunks.get(id) as readonly unknown[] | undefined;
        if (read !== undefined) insertChunks.run(made, ...read);
        return made;
      };
      // Every part of a sharded run has the same rows: what is there already is compared, not read whole.
      const keys = source.prepare(`SELECT * FROM (${KEYS}) ORDER BY id`).raw();
      for (const [from, captureId] of captureIds) {
        const isOld = old.has(captureId);
        for (const [id, number, isWhole, ...same] of keys.iterate(from) as IterableIterator<Key>) {
          const there = isOld ? (find.get(captureId, number) as Key | undefined) : undefined;
          if (there === undefined) {
            ids.set(id, write(id, captureId, null));
            continue;
          }
          const [known, , isKnownWhole, ...values] = there;
          if (same.some((value, i) => value !== values[i])) throw contradiction(path, id);
          ids.set(id, known);
          if (isWhole && !isKnownWhole) write(id, captureId, known);
        }
      }
      return ids;
    },
  };
}

function contradiction(path: string, id: number): UserError {
  return new UserError(`request ${id} of ${path} differs from the same request of another tape`, {
    remedy: 'merge parts of one run with the tape that they were replayed from',
  });
}

function copyStates(
  source: Database,
  db: Database,
  owner: 'capture_id' | 'run_id',
  { from, to }: Pick<CopiedRun, 'from' | 'to'>,
  bodyIds: Ids,
): void {
  const insert = db.prepare(
    `INSERT INTO server_states (${owner}, edge, kind, taken_at_ms, status, body_id) VALUES (?, ?, ?, ?, ?, ?)`,
  );
  const states = source.prepare(
    `SELECT edge, kind, taken_at_ms, status, body_id FROM server_states WHERE ${owner} = ? ORDER BY id`,
  );
  for (const [edge, kind, takenAtMs, status, bodyId] of states.raw().iterate(from) as IterableIterator<
    unknown[]
  >)
    insert.run(to, edge, kind, takenAtMs, status, bodyIds(bodyId as number));
}

const RUN_AT = RESULT_COLUMNS.names.indexOf('run_id');
const EXCHANGE_AT = RESULT_COLUMNS.names.indexOf('exchange_id');

function copyRun(
  source: Database,
  db: Database,
  run: CopiedRun,
  exchangeIds: ReadonlyMap<number, number>,
  bodyIds: Ids,
): void {
  const { names } = RESULT_COLUMNS;
  const insert = insertInto(db, 'results', names);
  const insertChunks = db.prepare(
    'INSERT INTO result_chunk_times (result_id, reads, packed) VALUES (?, ?, ?)',
  );
  const rows = source.prepare(
    `SELECT c.reads, c.packed, ${names.map((name) => `s.${name}`).join(', ')}
     FROM results s LEFT JOIN result_chunk_times c ON c.result_id = s.id WHERE s.run_id = ? ORDER BY s.seq, s.id`,
  );
  for (const [reads, packed, ...values] of rows.raw().iterate(run.from) as IterableIterator<unknown[]>) {
    values[RUN_AT] = run.to;
    values[EXCHANGE_AT] = exchangeIds.get(values[EXCHANGE_AT] as number) ?? null;
    const { lastInsertRowid } = insert.run(...values);
    if (reads !== null) insertChunks.run(lastInsertRowid, reads, packed);
  }
  if (run.withStates) copyStates(source, db, 'run_id', run, bodyIds);
}

const INSTANTS = EXCHANGE_COLUMNS.names.filter((name) => name.endsWith('_us'));

/** Numbers are unique: those that are moved are far above all on the way. */
const SHIFT = `
UPDATE exchanges SET number = 1000000000000 + id, capture_id = @into, ${INSTANTS.map((name) => `${name} = ${name} + @byUs`).join(', ')}
WHERE capture_id = @id`;

interface CaptureSpan {
  readonly id: number;
  readonly started_at_ms: number;
  readonly ended_at_ms: number | null;
  readonly upstream: string;
  readonly settings: string;
}

/**
 * Recorders that ran at the same time saw one stream of traffic: their captures become one, on the clock of the first, by
 * the wall clocks of their machines. Captures of files, whose time of day may mean nothing, stay as they are.
 */
function joinCaptures(db: Database): void {
  const captures = db.prepare('SELECT * FROM captures ORDER BY started_at_ms, id').all() as CaptureSpan[];
  let group: CaptureSpan[] = [];
  let untilMs = Number.NEGATIVE_INFINITY;
  const finish = (): void => {
    if (group.length > 1) joinGroup(db, group);
    group = [];
    untilMs = Number.NEGATIVE_INFINITY;
  };
  for (const capture of captures) {
    if (JSON.parse(capture.settings).imported !== undefined) continue;
    if (capture.started_at_ms >= untilMs) finish();
    group.push(capture);
    untilMs = Math.max(untilMs, capture.ended_at_ms ?? lastArrivalMs(db, capture));
  }
  finish();
}

/** Of a recorder that died. */
function lastArrivalMs(db: Database, { id, started_at_ms }: CaptureSpan): number {
  const us = db.prepare('SELECT max(arrived_us) FROM exchanges WHERE capture_id = ?').pluck().get(id);
  return started_at_ms + ((us as number | null) ?? 0) / 1e3;
}

function joinGroup(db: Database, group: readonly CaptureSpan[]): void {
  const [first, ...others] = group;
  if (first === undefined) return;
  for (const { id, started_at_ms } of others) {
    db.prepare(SHIFT).run({ id, into: first.id, byUs: (started_at_ms - first.started_at_ms) * 1e3 });
    db.prepare('UPDATE server_states SET capture_id = ? WHERE capture_id = ?').run(first.id, id);
  }
  const ids = group.map(({ id }) => id).join(', ');
  const merged = group.map(({ upstream, started_at_ms }) => ({ upstream, startedAtMs: started_at_ms }));
  db.prepare(
    `UPDATE captures SET (ended_at_ms, clean_close, ignored, drops_queue_full, drops_write_failed) = (
       SELECT max(ended_at_ms), min(clean_close), sum(ignored), sum(drops_queue_full), sum(drops_write_failed)
       FROM captures WHERE id IN (${ids})), upstream = ?, settings = ? WHERE id = ?`,
  ).run(
    [...new Set(group.map(({ upstream }) => upstream))].join(', '),
    JSON.stringify({ ...JSON.parse(first.settings), merged }),
    first.id,
  );
  db.prepare(`DELETE FROM captures WHERE id IN (${ids}) AND id <> ?`).run(first.id);
  renumber(db, first.id);
}
