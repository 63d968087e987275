import type { Database } from 'better-sqlite3';
import { packChunkTimes } from '../model/chunk-times.ts';
import type { AnswerFigures } from '../model/completion.ts';
import type { RawResult } from '../model/result.ts';
import type { RunEnd, RunStart } from '../model/run.ts';
import { answerColumns } from './answer-columns.ts';
import { microseconds } from './microseconds.ts';

/** Writes runs and their results. Every call writes at once, within whatever transaction is open. */
export interface RunWriter {
  beginRun(start: RunStart): number;
  addResult(runId: number, result: RawResult, figures: AnswerFigures): void;
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
      const { lastInsertRowid } = insertResult.run(resultRow(runId, result, figures));
      const { chunks } = figures;
      if (chunks.atUs.length === 0) return;
      const packed = packChunkTimes(chunks, result.sentUs ?? result.scheduledUs);
      insertChunks.run(lastInsertRowid, chunks.atUs.length, packed);
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

const RESULT_SQL = `
INSERT INTO results (run_id, seq, exchange_id, thread, connection, scheduled_us, sent_us, headers_us, first_byte_us,
  first_token_us, last_token_us, finished_us, status, outcome, error, prompt_tokens, completion_tokens, cached_tokens,
  token_source, finish_reason, answer_hash, streamed, wire_bytes, planned_abort)
VALUES (@runId, @seq, @exchangeId, @thread, @connection, @scheduledUs, @sentUs, @headersUs, @firstByteUs,
  @firstTokenUs, @lastTokenUs, @finishedUs, @status, @outcome, @error, @promptTokens, @completionTokens, @cachedTokens,
  @tokenSource, @finishReason, @answerHash, @streamed, @wireBytes, @plannedAbort)`;

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
