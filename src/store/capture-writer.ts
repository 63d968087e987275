import type { Database } from 'better-sqlite3';
import type { CaptureStart } from '../model/capture.ts';
import { packChunkTimes } from '../model/chunk-times.ts';
import type { AnswerFigures, RequestFigures } from '../model/completion.ts';
import type { Drops, ExchangeEnd, ExchangeStart } from '../model/exchange.ts';
import type { BodyStore } from './bodies.ts';
import { EXCHANGE_END_COLUMNS as END, EXCHANGE_START_COLUMNS as START } from './columns.ts';

/** Writes captures and their exchanges. Every call writes at once, within whatever transaction is open. */
export interface CaptureWriter {
  beginCapture(start: CaptureStart): number;
  /** The row that a crash leaves behind says `unfinished`. */
  startExchange(captureId: number, start: ExchangeStart): void;
  endExchange(captureId: number, end: ExchangeEnd, request: RequestFigures, answer: AnswerFigures): void;
  /** Takes the row of a started exchange away again. */
  dropExchange(captureId: number, number: number): void;
  /** The same for what turned out to be no request of an API, which is counted. */
  ignoreExchange(captureId: number, number: number): void;
  /** Marks the capture as closed cleanly. */
  endCapture(captureId: number, endedAtMs: number, drops: Drops): void;
}

export function captureWriter(db: Database, bodies: BodyStore): CaptureWriter {
  const insertCapture = db.prepare(
    `INSERT INTO captures (started_at_ms, started_us, upstream, tool_version, settings, redaction)
     VALUES (?, ?, ?, ?, ?, ?)`,
  );
  const insertExchange = db.prepare(
    `INSERT INTO exchanges (number, ${START.names.join(', ')}) VALUES (?${', ?'.repeat(START.names.length)})`,
  );
  const finishExchange = db.prepare<unknown[], { id: number; arrived_us: number }>(
    `UPDATE exchanges SET ${END.names.map((name) => `${name} = ?`).join(', ')}
     WHERE capture_id = ? AND number = ? RETURNING id, arrived_us`,
  );
  const insertChunks = db.prepare('INSERT INTO chunk_times (exchange_id, reads, packed) VALUES (?, ?, ?)');
  const deleteExchange = db.prepare('DELETE FROM exchanges WHERE capture_id = ? AND number = ?');
  const countIgnored = db.prepare('UPDATE captures SET ignored = ignored + 1 WHERE id = ?');
  const closeCapture = db.prepare(
    `UPDATE captures SET ended_at_ms = ?, clean_close = 1, drops_queue_full = ?, drops_write_failed = ? WHERE id = ?`,
  );

  /** Start of each capture on the monotonic clock: exchanges come with instants on it, on the tape they count from there. */
  const zeros = new Map<number, number>();

  return {
    beginCapture(start) {
      const zeroUs = Math.round(start.startedUs);
      const { lastInsertRowid } = insertCapture.run(
        start.startedAtMs,
        zeroUs,
        start.upstream,
        start.toolVersion,
        JSON.stringify(start.settings),
        JSON.stringify(start.redaction),
      );
      const captureId = Number(lastInsertRowid);
      zeros.set(captureId, zeroUs);
      return captureId;
    },
    startExchange(captureId, start) {
      const { number, headers: requestHeaders, ...rest } = start;
      insertExchange.run(
        number,
        ...START.write({ captureId, requestHeaders, ...rest }, zeros.get(captureId)),
      );
    },
    endExchange(captureId, end, request, figures) {
      const { number, answer, requestBody, ...sent } = end;
      const zeroUs = zeros.get(captureId) ?? 0;
      const row = {
        ...request,
        ...figures,
        ...answer,
        ...sent,
        outcome: figures.outcome,
        error: figures.error,
        responseBytes: answer.bodyBytes,
        responseTruncated: answer.truncated,
        responseHeaders: answer.headers,
        requestBodyId: bodies.put(requestBody),
        responseBodyId: bodies.put(answer.body),
      };
      const found = finishExchange.get(...END.write(row, zeroUs), captureId, number);
      if (found === undefined) throw new Error(`exchange ${number} was never started`);
      const { chunks } = figures;
      if (chunks.atUs.length === 0) return;
      insertChunks.run(found.id, chunks.atUs.length, packChunkTimes(chunks, found.arrived_us + zeroUs));
    },
    dropExchange(captureId, number) {
      deleteExchange.run(captureId, number);
    },
    ignoreExchange(captureId, number) {
      deleteExchange.run(captureId, number);
      countIgnored.run(captureId);
    },
    endCapture(captureId, endedAtMs, drops) {
      closeCapture.run(endedAtMs, drops.queue_full ?? 0, drops.write_failed ?? 0, captureId);
    },
  };
}
