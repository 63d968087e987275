import type { AnswerFigures } from '../model/completion.ts';
import type { RawResult } from '../model/result.ts';
import type { TapeReadings } from './serve-tape-thread.ts';
import type { FromTapeThread, ResultDigest, TapeRecord } from './tape-messages.ts';
import type { TapeWriter } from './tape-writer.ts';

/** Records on their way to disk. */
export interface RecordBatch {
  /** Records that a crash now would lose. */
  readonly size: number;
  /** Reads and writes one record; a failure is counted and told, never thrown. */
  add(record: TapeRecord): void;
  commit(): void;
}

/**
 * Groups records into transactions. Whatever fails to be written (disk full, database locked, a defect in a reading) is
 * reported as lost with its number and reason, and the next record is tried afresh.
 */
export function createRecordBatch(
  writer: TapeWriter,
  readings: TapeReadings,
  post: (message: FromTapeThread) => void,
): RecordBatch {
  /** Exchanges of the open transaction, to be counted when it fails as a whole. */
  let open: string[] = [];
  let digests: ResultDigest[] = [];
  let takenBytes = 0;
  /** Exchanges whose start is lost: their end has no row to go to and was counted already. */
  const lost = new Set<string>();

  function lose(keys: readonly string[], why: unknown): void {
    for (const key of keys) lost.add(key);
    const records = new Set(keys).size;
    if (records > 0) post({ kind: 'lost', records, why: (why as Error).message });
  }

  /** SQLite rolls a transaction back by itself on some errors: then everything in it is gone. */
  function commit(): void {
    if (open.length > 0) {
      try {
        writer.commit();
      } catch (error) {
        lose(open, error);
        writer.rollback();
      }
      open = [];
    }
    if (digests.length > 0) post({ kind: 'digests', digests });
    digests = [];
    if (takenBytes > 0) post({ kind: 'taken', bytes: takenBytes });
    takenBytes = 0;
  }

  return {
    get size() {
      return open.length;
    },
    add(record) {
      takenBytes += record.bytes;
      const key = keyOf(record);
      if (record.kind === 'exchange-end' && lost.delete(key)) return;
      try {
        writer.begin();
        const digest = write(writer, readings, record);
        open.push(key);
        if (digest !== null) digests.push(digest);
      } catch (error) {
        if (writer.inTransaction) lose([key], error);
        else {
          lose([...open, key], error);
          open = [];
        }
        if (record.kind === 'exchange-end') lost.delete(key);
      }
    },
    commit,
  };
}

function keyOf(record: TapeRecord): string {
  switch (record.kind) {
    case 'exchange-start':
      return `e${record.captureId}.${record.start.number}`;
    case 'exchange-end':
      return `e${record.captureId}.${record.end.number}`;
    case 'result':
      return `r${record.runId}.${record.result.seq}`;
  }
}

function write(writer: TapeWriter, readings: TapeReadings, record: TapeRecord): ResultDigest | null {
  switch (record.kind) {
    case 'exchange-start':
      writer.startExchange(record.captureId, record.start);
      return null;
    case 'exchange-end': {
      const { path, headers } = writer.startedExchange(record.captureId, record.end.number);
      const request = readings.exchange.request(headers, record.end.requestBody);
      const answer = readings.exchange.answer(path, record.end.answer);
      writer.endExchange(record.captureId, record.end, request, answer);
      return null;
    }
    case 'result': {
      const { result } = record;
      const figures = readings.result.answer(result.path, result.answer);
      writer.addResult(record.runId, result, figures);
      return digest(result, figures);
    }
  }
}

function digest(result: RawResult, figures: AnswerFigures): ResultDigest {
  const { sentUs } = result;
  return {
    seq: result.seq,
    outcome: figures.outcome,
    ttftUs: sentUs === null || figures.firstTokenUs === null ? null : figures.firstTokenUs - sentUs,
    e2elUs: sentUs === null ? null : result.answer.finishedUs - sentUs,
    completionTokens: figures.completionTokens,
  };
}
