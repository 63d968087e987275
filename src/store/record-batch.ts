import { joinParts, type LoggedBody } from '../model/body-log.ts';
import type { AnswerFigures, RawAnswer } from '../model/completion.ts';
import type { Digest } from '../model/digest.ts';
import type { ExchangeEnd, ExchangeReading } from '../model/exchange.ts';
import type { ResultReading } from '../model/result.ts';
import type { FromTapeThread, TapeRecord } from './tape-messages.ts';
import type { TapeWriter } from './tape-writer.ts';

/** What the thread does to the bytes before it stores them; the command line connects `chat` here. */
export interface TapeReadings {
  readonly exchange: ExchangeReading;
  readonly result: ResultReading;
}

/** Records that are written at once; the others wait for their exchange's end. */
type WrittenRecord = Exclude<TapeRecord, { readonly kind: 'exchange-part' | 'exchange-forget' }>;

/** Records on their way to disk. */
export interface RecordBatch {
  /** Records that a crash now would lose. */
  readonly size: number;
  /** Reads and writes one record; a failure is counted and told, never thrown. */
  add(record: TapeRecord): void;
  /** Also tries whether writing works again after it failed. */
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
  /** Records of the open transaction, to be counted when it fails as a whole. */
  let open: WrittenRecord[] = [];
  let digests: Digest[] = [];
  let takenBytes = 0;
  /** Exchanges whose start is lost: their end has no row to go to and was counted already. */
  const lost = new Set<string>();
  const parts = createHeldParts();
  let failing = false;

  /** Counts each exchange and result once, and remembers the exchanges whose end is still to come. */
  function lose(records: readonly WrittenRecord[], why: unknown): void {
    for (const record of records) {
      if (record.kind === 'exchange-start') lost.add(keyOf(record));
      else lost.delete(keyOf(record));
    }
    failing = true;
    post({ kind: 'lost', records: new Set(records.map(keyOf)).size, why: (why as Error).message });
  }

  /** SQLite rolls a transaction back by itself on some errors: then everything in it is gone. */
  function commitOpen(): void {
    try {
      writer.commit();
      recovered();
    } catch (error) {
      lose(open, error);
      writer.rollback();
    }
    open = [];
  }

  function recovered(): void {
    if (!failing) return;
    failing = false;
    post({ kind: 'recovered' });
  }

  /** Whoever refuses traffic while nothing can be written sends nothing to write, so it has to be tried. */
  function tryAgain(): void {
    try {
      writer.probe();
      recovered();
    } catch {
      writer.rollback();
    }
  }

  function addRecord(record: WrittenRecord, key: string): void {
    try {
      writer.begin();
      const digest = write(writer, readings, record, parts.take(key));
      open.push(record);
      if (digest !== null) digests.push(digest);
    } catch (error) {
      if (writer.inTransaction) lose([record], error);
      else {
        lose([...open, record], error);
        open = [];
      }
    }
  }

  return {
    get size() {
      return open.length;
    },
    add(record) {
      const key = keyOf(record);
      if (record.kind === 'exchange-part') {
        // It goes on counting as queued until its exchange ends: the bound is one on memory.
        if (lost.has(key)) takenBytes += record.bytes;
        else parts.add(key, record.part, record.bytes);
        return;
      }
      takenBytes += record.bytes + parts.bytesOf(key);
      const isOver = record.kind === 'exchange-forget' || (record.kind === 'exchange-end' && lost.has(key));
      if (!isOver) {
        addRecord(record, key);
        return;
      }
      lost.delete(key);
      parts.take(key);
    },
    commit() {
      if (open.length > 0) commitOpen();
      else if (failing) tryAgain();
      if (digests.length > 0) post({ kind: 'digests', digests });
      digests = [];
      if (takenBytes > 0) post({ kind: 'taken', bytes: takenBytes });
      takenBytes = 0;
    },
  };
}

/** The beginnings of long answers whose ends are still to come. */
function createHeldParts() {
  const held = new Map<string, { readonly parts: LoggedBody[]; bytes: number }>();
  return {
    add(key: string, part: LoggedBody, bytes: number): void {
      const entry = held.get(key) ?? { parts: [], bytes: 0 };
      held.set(key, entry);
      entry.parts.push(part);
      entry.bytes += bytes;
    },
    bytesOf: (key: string): number => held.get(key)?.bytes ?? 0,
    take(key: string): readonly LoggedBody[] {
      const entry = held.get(key);
      held.delete(key);
      return entry?.parts ?? [];
    },
  };
}

function keyOf(record: TapeRecord): string {
  switch (record.kind) {
    case 'exchange-start':
      return `e${record.captureId}.${record.start.number}`;
    case 'exchange-part':
    case 'exchange-forget':
      return `e${record.captureId}.${record.number}`;
    case 'exchange-end':
      return `e${record.captureId}.${record.end.number}`;
    case 'result':
      return `r${record.runId}.${record.result.seq}`;
  }
}

function write(
  writer: TapeWriter,
  readings: TapeReadings,
  record: WrittenRecord,
  parts: readonly LoggedBody[],
): Digest | null {
  switch (record.kind) {
    case 'exchange-start':
      writer.startExchange(record.captureId, record.start);
      return null;
    case 'exchange-end': {
      const answer = { ...record.end.answer, ...joinParts(parts, record.end.answer) };
      return writeExchange(writer, readings.exchange, record.captureId, { ...record.end, answer });
    }
    case 'result': {
      const { result } = record;
      const figures = readings.result.answer(result.path, result.answer);
      writer.addResult(record.runId, result, figures);
      return digest(result.answer, figures, result.sentUs);
    }
  }
}

function writeExchange(
  writer: TapeWriter,
  reading: ExchangeReading,
  captureId: number,
  end: ExchangeEnd,
): Digest | null {
  const { path, headers, arrivedUs } = writer.startedExchange(captureId, end.number);
  const request = reading.request(path, headers, end.requestBody);
  const figures = reading.answer(path, end.answer);
  if (reading.wanted(path, request, end.requestBody)) {
    writer.endExchange(captureId, reading.strip(end), request, figures);
  } else writer.dropExchange(captureId, end.number);
  return digest(end.answer, figures, arrivedUs);
}

function digest(answer: RawAnswer, figures: AnswerFigures, fromUs: number | null): Digest {
  const since = (us: number | null): number | null => (fromUs === null || us === null ? null : us - fromUs);
  return {
    status: answer.status,
    outcome: figures.outcome,
    ttftUs: since(figures.firstTokenUs),
    e2elUs: since(answer.finishedUs),
    promptTokens: figures.promptTokens,
    completionTokens: figures.completionTokens,
    bytes: answer.bodyBytes,
  };
}
