import type { Database } from 'better-sqlite3';
import type { CaptureStart } from '../model/capture.ts';
import { packChunkTimes } from '../model/chunk-times.ts';
import type { AnswerFigures, RequestFigures } from '../model/completion.ts';
import type { Drops, ExchangeEnd, ExchangeStart } from '../model/exchange.ts';
import { answerColumns } from './answer-columns.ts';
import type { BodyStore } from './bodies.ts';
import { microseconds } from './microseconds.ts';

/** Writes captures and their exchanges. Every call writes at once, within whatever transaction is open. */
export interface CaptureWriter {
  beginCapture(start: CaptureStart): number;
  /** The row that a crash leaves behind says `unfinished`. */
  startExchange(captureId: number, start: ExchangeStart): void;
  /** What the start said, for reading the rest. */
  startedExchange(captureId: number, number: number): Pick<ExchangeStart, 'path' | 'headers' | 'arrivedUs'>;
  endExchange(captureId: number, end: ExchangeEnd, request: RequestFigures, answer: AnswerFigures): void;
  /** Takes the row of a started exchange away again. */
  dropExchange(captureId: number, number: number): void;
  /** Marks the capture as closed cleanly. */
  endCapture(captureId: number, endedAtMs: number, drops: Drops): void;
}

export function captureWriter(db: Database, bodies: BodyStore): CaptureWriter {
  const insertCapture = db.prepare(
    `INSERT INTO captures (started_at_ms, started_us, upstream, tool_version, settings, redaction)
     VALUES (?, ?, ?, ?, ?, ?)`,
  );
  const insertExchange = db.prepare(
    `INSERT INTO exchanges (capture_id, number, arrived_us, method, path, request_headers) VALUES (?, ?, ?, ?, ?, ?)`,
  );
  const findExchange = db.prepare<
    [number, number],
    { path: string; request_headers: string; arrived_us: number }
  >('SELECT path, request_headers, arrived_us FROM exchanges WHERE capture_id = ? AND number = ?');
  const finishExchange = db.prepare<object, { id: number; arrived_us: number }>(FINISH_SQL);
  const insertChunks = db.prepare('INSERT INTO chunk_times (exchange_id, reads, packed) VALUES (?, ?, ?)');
  const deleteExchange = db.prepare('DELETE FROM exchanges WHERE capture_id = ? AND number = ?');
  const closeCapture = db.prepare(
    `UPDATE captures SET ended_at_ms = ?, clean_close = 1, drops_queue_full = ?, drops_write_failed = ? WHERE id = ?`,
  );

  return {
    beginCapture(start) {
      const { lastInsertRowid } = insertCapture.run(
        start.startedAtMs,
        microseconds(start.startedUs),
        start.upstream,
        start.toolVersion,
        JSON.stringify(start.settings),
        JSON.stringify(start.redaction),
      );
      return Number(lastInsertRowid);
    },
    startExchange(captureId, start) {
      insertExchange.run(
        captureId,
        start.number,
        microseconds(start.arrivedUs),
        start.method,
        start.path,
        JSON.stringify(start.headers),
      );
    },
    startedExchange(captureId, number) {
      const row = findExchange.get(captureId, number);
      if (row === undefined) throw new Error(`exchange ${number} was never started`);
      return { path: row.path, headers: JSON.parse(row.request_headers), arrivedUs: row.arrived_us };
    },
    endExchange(captureId, end, request, answer) {
      const row = finishExchange.get(exchangeRow(captureId, end, request, answer, bodies));
      if (row === undefined) throw new Error(`exchange ${end.number} was never started`);
      if (answer.chunks.atUs.length > 0) {
        const packed = packChunkTimes(answer.chunks, row.arrived_us);
        insertChunks.run(row.id, answer.chunks.atUs.length, packed);
      }
    },
    dropExchange(captureId, number) {
      deleteExchange.run(captureId, number);
    },
    endCapture(captureId, endedAtMs, drops) {
      closeCapture.run(endedAtMs, drops.queue_full ?? 0, drops.write_failed ?? 0, captureId);
    },
  };
}

const FINISH_SQL = `
UPDATE exchanges SET
  model = @model, stream = @stream, max_tokens = @maxTokens, messages = @messages, session_key = @sessionKey,
  status = @status, outcome = @outcome, error = @error, request_end_us = @requestEndUs, headers_us = @headersUs,
  first_byte_us = @firstByteUs, first_token_us = @firstTokenUs, last_token_us = @lastTokenUs, finished_us = @finishedUs,
  prompt_tokens = @promptTokens, completion_tokens = @completionTokens, cached_tokens = @cachedTokens,
  token_source = @tokenSource, finish_reason = @finishReason, answer_hash = @answerHash, streamed = @streamed,
  request_bytes = @requestBytes, response_bytes = @responseBytes,
  request_truncated = @requestTruncated, response_truncated = @responseTruncated,
  response_headers = @responseHeaders, request_body_id = @requestBodyId, response_body_id = @responseBodyId
WHERE capture_id = @captureId AND number = @number
RETURNING id, arrived_us`;

function exchangeRow(
  captureId: number,
  end: ExchangeEnd,
  request: RequestFigures,
  figures: AnswerFigures,
  bodies: BodyStore,
): Readonly<Record<string, unknown>> {
  const { answer } = end;
  return {
    captureId,
    number: end.number,
    model: request.model,
    stream: Number(request.stream),
    maxTokens: request.maxTokens,
    messages: request.messages,
    sessionKey: request.sessionKey,
    requestEndUs: microseconds(end.requestEndUs),
    ...answerColumns(answer, figures),
    requestBytes: end.requestBytes,
    responseBytes: answer.bodyBytes,
    requestTruncated: Number(end.requestTruncated),
    responseTruncated: Number(answer.truncated),
    responseHeaders: JSON.stringify(answer.headers),
    requestBodyId: bodies.put(end.requestBody),
    responseBodyId: bodies.put(answer.body),
  };
}
