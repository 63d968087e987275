import type { Database } from 'better-sqlite3';
import { packChunkTimes } from '../model/chunk-times.ts';
import type { AnswerFigures } from '../model/completion.ts';
import type { RawResult } from '../model/result.ts';
import type { RunEnd, RunInstant, RunStart } from '../model/run.ts';
import { answerColumns } from './answer-columns.ts';
import { microseconds } from './microseconds.ts';

/** Writes runs and their results. Every call writes at once, within whatever transaction is open. */
export interface RunWriter {
  beginRun(start: RunStart): number;
  addResult(runId: number, result: RawResult, figures: AnswerFigures): void;
  /** Puts off a run that has begun and sent nothing yet. */
  moveRun(runId: number, start: RunInstant): void;
  endRun(runId: number, end: RunEnd): void;
}

export function runWriter(db: Database): RunWriter {
  const insertRun = db.prepare(
    `INSERT INTO runs (label, target, threads, connections, rate_per_sec, repeat, started_at_ms, started_us, settings, tool_version)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const insertResult = db.prepare(RESULT_SQL);
  const insertChunks = db.prepare(
    'INSERT INTO result_chunk_times (result_id, reads, packed) VALUES (?, ?, ?)',
  );
  const putOffRun = db.prepare('UPDATE runs SET started_at_ms = ?, started_us = ? WHERE id = ?');
  const closeRun = db.prepare(
    'UPDATE runs SET window_us = ?, ended_us = ?, stopped_early = ?, health = ?, invalid_reasons = ? WHERE id = ?',
  );

  return {
    beginRun(start) {
      const { lastInsertRowid } = insertRun.run(
        start.label,
        start.target,
        start.cell.threads,
        start.cell.connections,
        start.cell.ratePerSec ?? null,
        start.settings.repeat,
        start.startedAtMs,
        microseconds(start.startedUs),
        JSON.stringify(start.settings),
        start.toolVersion,
      );
      return Number(lastInsertRowid);
    },
    addResult(runId, result, figures) {
      const row = resultRow(runId, result, figures);
      const { lastInsertRowid } = insertResult.run(...RESULT_VALUES.map((name) => row[name]));
      const { chunks } = figures;
      // One read of a plain answer is its first byte, which has a column.
      if (chunks.atUs.length === 0 || (!figures.streamed && chunks.atUs.length === 1)) return;
      const packed = packChunkTimes(chunks, result.sentUs ?? result.scheduledUs);
      insertChunks.run(lastInsertRowid, chunks.atUs.length, packed);
    },
    moveRun(runId, { startedAtMs, startedUs }) {
      putOffRun.run(startedAtMs, microseconds(startedUs), runId);
    },
    endRun(runId, end) {
      closeRun.run(
        microseconds(end.windowUs),
        microseconds(end.endedUs),
        Number(end.stoppedEarly),
        JSON.stringify(end.health),
        JSON.stringify(end.invalidReasons),
        runId,
      );
    },
  };
}

/** A result's columns by the names of their values; bound by position, which is a third faster than by name. */
const RESULT_COLUMNS = {
  runId: 'run_id',
  seq: 'seq',
  exchangeId: 'exchange_id',
  thread: 'thread',
  connection: 'connection',
  scheduledUs: 'scheduled_us',
  sentUs: 'sent_us',
  headersUs: 'headers_us',
  firstByteUs: 'first_byte_us',
  firstTokenUs: 'first_token_us',
  lastTokenUs: 'last_token_us',
  finishedUs: 'finished_us',
  status: 'status',
  outcome: 'outcome',
  error: 'error',
  promptTokens: 'prompt_tokens',
  completionTokens: 'completion_tokens',
  cachedTokens: 'cached_tokens',
  tokenSource: 'token_source',
  finishReason: 'finish_reason',
  answerHash: 'answer_hash',
  streamed: 'streamed',
  wireBytes: 'wire_bytes',
  plannedAbort: 'planned_abort',
} as const;

const RESULT_VALUES = Object.keys(RESULT_COLUMNS) as (keyof typeof RESULT_COLUMNS)[];

const RESULT_SQL = `INSERT INTO results (${Object.values(RESULT_COLUMNS).join(', ')})
  VALUES (${RESULT_VALUES.map(() => '?').join(', ')})`;

function resultRow(
  runId: number,
  result: RawResult,
  figures: AnswerFigures,
): Readonly<Record<string, unknown>> {
  const { answer } = result;
  return {
    runId,
    seq: result.seq,
    exchangeId: result.exchangeId,
    thread: result.thread,
    connection: result.connection,
    scheduledUs: microseconds(result.scheduledUs),
    sentUs: microseconds(result.sentUs),
    ...answerColumns(answer, figures),
    wireBytes: result.wireBytes,
    plannedAbort: Number(result.plannedAbort),
  };
}
