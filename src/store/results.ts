import type { Database } from 'better-sqlite3';
import { type ChunkTimes, NO_CHUNKS, unpackChunkTimes } from '../model/chunk-times.ts';
import type { Result } from '../model/result.ts';

/** A result with the reads of its answer. */
export interface ResultWithChunks {
  readonly result: Result;
  readonly chunks: ChunkTimes;
}

/**
 * Columns by position and in batches, and packed reads as text: a report reads a million rows, and an object keyed by
 * column, a step of a cursor and a buffer for each of them cost twice as much as all the rest of the reading.
 */
const BATCH = 200;

/** In the order of `resultOfRow`. */
const BATCH_SQL = `
SELECT s.id, s.run_id, s.seq, s.exchange_id, s.thread, s.connection, s.scheduled_us, s.sent_us, s.headers_us,
       s.first_byte_us, s.first_token_us, s.last_token_us, s.finished_us, s.status, s.outcome, s.error, s.prompt_tokens,
       s.completion_tokens, s.cached_tokens, s.token_source, s.finish_reason, s.answer_hash, s.streamed, s.wire_bytes,
       s.planned_abort, hex(c.packed)
FROM results s LEFT JOIN result_chunk_times c ON c.result_id = s.id
WHERE s.run_id = ? AND (s.seq, s.id) > (?, ?) ORDER BY s.seq, s.id LIMIT ${BATCH}`;

/** Reads results of runs in order of the plan, a batch at a time. */
export function resultReader(db: Database): (runId: number) => IterableIterator<ResultWithChunks> {
  const batch = db.prepare(BATCH_SQL).raw();
  const unhex = hexDecoder();
  return function* results(runId) {
    let last = { seq: -1, id: -1 };
    for (;;) {
      const rows = batch.all(runId, last.seq, last.id) as unknown[][];
      for (const row of rows) {
        const result = resultOfRow(row);
        const packed = unhex(row[COLUMNS] as string);
        const base = result.sentUs ?? result.scheduledUs;
        yield { result, chunks: packed.length === 0 ? NO_CHUNKS : unpackChunkTimes(packed, base) };
        last = result;
      }
      if (rows.length < BATCH) return;
    }
  };
}

/** Columns of a result, after which its reads come. */
const COLUMNS = 25;

/** The schema's STRICT types and CHECKs vouch for what the cast says. */
function resultOfRow(row: readonly unknown[]): Result {
  return {
    id: row[0],
    runId: row[1],
    seq: row[2],
    exchangeId: row[3],
    thread: row[4],
    connection: row[5],
    scheduledUs: row[6],
    sentUs: row[7],
    headersUs: row[8],
    firstByteUs: row[9],
    firstTokenUs: row[10],
    lastTokenUs: row[11],
    finishedUs: row[12],
    status: row[13],
    outcome: row[14],
    error: row[15],
    promptTokens: row[16],
    completionTokens: row[17],
    cachedTokens: row[18],
    tokenSource: row[19],
    finishReason: row[20],
    answerHash: row[21],
    streamed: row[22] === 1,
    wireBytes: row[23],
    plannedAbort: row[24] === 1,
  } as Result;
}

/** Decodes into the same memory each time: what it gives holds until its next call. */
function hexDecoder(): (hex: string) => Uint8Array {
  let scratch = Buffer.alloc(4096);
  return (hex) => {
    if (hex.length > 2 * scratch.length) scratch = Buffer.alloc(hex.length);
    return scratch.subarray(0, scratch.write(hex, 'hex'));
  };
}
