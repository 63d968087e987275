import type { Database } from 'better-sqlite3';
import { packChunkTimes } from '../model/chunk-times.ts';
import type { AnswerFigures } from '../model/completion.ts';
import type { RawResult } from '../model/result.ts';
import type { RunEnd, RunInstant, RunStart } from '../model/run.ts';
import { insertInto, RESULT_COLUMNS } from './columns.ts';

/** Writes runs and their results. Every call writes at once, within whatever transaction is open. */
export function runWriter(db: Database) {
  const insertRun = db.prepare(
    `INSERT INTO runs (label, target, threads, connections, rate_per_sec, repeat, started_at_ms, started_us, settings, tool_version)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const insertResult = insertInto(db, 'results', RESULT_COLUMNS.names);
  const insertChunks = db.prepare(
    'INSERT INTO result_chunk_times (result_id, reads, packed) VALUES (?, ?, ?)',
  );
  const putOffRun = db.prepare('UPDATE runs SET started_at_ms = ?, started_us = ? WHERE id = ?');
  const breakResult = db.prepare(
    "UPDATE results SET outcome = 'upstream_aborted', error_code = 'sent_twice' WHERE run_id = ? AND seq = ? AND outcome = 'ok'",
  );
  const closeRun = db.prepare(
    'UPDATE runs SET window_us = ?, ended_us = ?, stopped_early = ?, health = ?, invalid_reasons = ? WHERE id = ?',
  );

  return {
    beginRun(start: RunStart): number {
      const { lastInsertRowid } = insertRun.run(
        start.label,
        start.target,
        start.cell.threads,
        start.cell.connections,
        start.cell.ratePerSec ?? null,
        start.settings.repeat,
        start.startedAtMs,
        Math.round(start.startedUs),
        JSON.stringify(start.settings),
        start.toolVersion,
      );
      return Number(lastInsertRowid);
    },
    addResult(runId: number, result: RawResult, figures: AnswerFigures): void {
      const { answer, ...sent } = result;
      const { outcome, error } = figures;
      const row = RESULT_COLUMNS.write({ runId, ...figures, ...answer, ...sent, outcome, error });
      const { lastInsertRowid } = insertResult.run(...row);
      const { chunks } = figures;
      // One read of a plain answer is its first byte, which has a column.
      if (chunks.atUs.length === 0 || (!figures.streamed && chunks.atUs.length === 1)) return;
      const packed = packChunkTimes(chunks, result.sentUs ?? result.scheduledUs);
      insertChunks.run(lastInsertRowid, chunks.atUs.length, packed);
    },
    /** Puts off a run that has begun and sent nothing yet. */
    moveRun(runId: number, { startedAtMs, startedUs }: RunInstant): void {
      putOffRun.run(startedAtMs, Math.round(startedUs), runId);
    },
    /** Results that ended `ok` at these positions of the plan broke, for all who read the run. */
    breakResults(runId: number, seqs: readonly number[]): void {
      for (const seq of seqs) breakResult.run(runId, seq);
    },
    endRun(runId: number, end: RunEnd): void {
      closeRun.run(
        Math.round(end.windowUs),
        Math.round(end.endedUs),
        Number(end.stoppedEarly),
        end.health && JSON.stringify(end.health),
        JSON.stringify(end.invalidReasons),
        runId,
      );
    },
  };
}

export type RunWriter = ReturnType<typeof runWriter>;
