import { joinParts, type LoggedBody } from '../model/body-log.ts';
import type { AnswerFigures, LiveSample, RawAnswer } from '../model/completion.ts';
import type { ExchangeEnd, ExchangeReading, ExchangeStart } from '../model/exchange.ts';
import type { ResultReading } from '../model/result.ts';
import type { Compress } from './capture-writer.ts';
import { isTapeTrouble } from './open-database.ts';
import type { TapeWriter } from './tape-writer.ts';
import type { TapeRecord } from './writing/tape-messages.ts';

/** What the thread does to the bytes before it stores them; the command line connects `chat` here. */
export interface TapeReadings {
  readonly exchange: ExchangeReading;
  readonly result: ResultReading;
  readonly compress: Compress;
}

/** Records that are written at once; parts wait for their exchange's end. */
type WrittenRecord = Exclude<TapeRecord, { readonly kind: 'exchange-part' | 'exchange-forget' }>;

/** An exchange whose end is still to come. */
interface OpenExchange {
  readonly start: ExchangeStart;
  /** False when its row could not be written: it is counted as lost already. */
  onTape: boolean;
  /** The beginning of a long answer. */
  readonly parts: LoggedBody[];
  partBytes: number;
}

/** The row of an exchange whose end is lost: it would look as if the recorder had died. */
interface Orphan {
  readonly captureId: number;
  readonly number: number;
}

/** What becomes of records. */
export type BatchEvent =
  /** As many bytes of the queue were worked off. */
  | { readonly kind: 'taken'; readonly bytes: number }
  /** Records that could not be written; `failing`: nor can any other at the moment. */
  | { readonly kind: 'lost'; readonly records: number; readonly why: string; readonly failing: boolean }
  /** What was lost last can be written again. */
  | { readonly kind: 'recovered' }
  | { readonly kind: 'samples'; readonly samples: readonly LiveSample[] };

/** Records on their way to disk. */
export interface RecordBatch {
  /** Records that a crash now would lose. */
  readonly size: number;
  /** Exchanges whose row waits for its end. */
  unfinished(): number;
  /** Reads and writes one record; a failure is counted and reported, never thrown. */
  add(record: TapeRecord): void;
  /** Also tries whether writing works again after it failed. */
  commit(): void;
}

/** What is written to learn whether writing works again: a real record's size, in bounds, bytes. */
const MIN_PROBE_BYTES = 64 * 1024;
const MAX_PROBE_BYTES = 16 * 1024 * 1024;

/** Records in transactions. */
interface Transactions {
  /** Records of the open one. */
  readonly size: number;
  /** True while the tape itself cannot be written. */
  readonly isFailing: boolean;
  /** Opens one unless one is open. @returns false when the record could not be written: that is reported */
  write(record: WrittenRecord, write: () => void): boolean;
  /** Also tries whether writing works again after it failed. */
  commit(): void;
}

/** @param onLost called with each record that is lost, before they are reported */
function createTransactions(
  writer: TapeWriter,
  post: (event: BatchEvent) => void,
  onLost: (records: readonly WrittenRecord[]) => void,
): Transactions {
  /** Records of the open transaction, to be counted when it fails as a whole. */
  let batch: WrittenRecord[] = [];
  let isFailing = false;
  /** The largest record that could not be written, bytes. */
  let largestLost = MIN_PROBE_BYTES;

  /** Counts each exchange and result once. */
  function lose(records: readonly WrittenRecord[], error: unknown): void {
    onLost(records);
    const failing = isTapeTrouble(error);
    isFailing ||= failing;
    if (failing)
      for (const { bytes } of records) largestLost = Math.max(largestLost, Math.min(bytes, MAX_PROBE_BYTES));
    const why = (error as Error).message;
    post({ kind: 'lost', records: new Set(records.map(keyOf)).size, why, failing });
  }

  /** With `--fail-closed` nothing is sent to write while nothing can be written, so it has to be tried. */
  function tryAgain(): void {
    try {
      // A small record that fits proves nothing for a larger one.
      writer.probe(largestLost);
      isFailing = false;
      largestLost = MIN_PROBE_BYTES;
      post({ kind: 'recovered' });
    } catch {
      writer.rollback();
    }
  }

  return {
    get size() {
      return batch.length;
    },
    get isFailing() {
      return isFailing;
    },
    write(record, write) {
      try {
        writer.begin();
        write();
        batch.push(record);
        return true;
      } catch (error) {
        // SQLite rolls a transaction back by itself on some errors: then everything in it is gone.
        const lost = writer.inTransaction ? [record] : [...batch.splice(0), record];
        lose(lost, error);
        return false;
      }
    },
    commit() {
      try {
        if (batch.length > 0) writer.commit();
        if (isFailing) tryAgain();
      } catch (error) {
        lose(batch, error);
        writer.rollback();
      }
      batch = [];
    },
  };
}

/**
 * Groups records into transactions. Whatever cannot be written (disk full, database locked, a defect in a reading) is
 * reported as lost with its number and reason, and the next record is tried afresh.
 */
export function createRecordBatch(
  writer: TapeWriter,
  readings: Omit<TapeReadings, 'compress'>,
  post: (event: BatchEvent) => void,
): RecordBatch {
  const transactions = createTransactions(writer, post, orphan);
  const open = new Map<string, OpenExchange>();
  let orphans: Orphan[] = [];
  let samples: LiveSample[] = [];
  let takenBytes = 0;

  function orphan(lost: readonly WrittenRecord[]): void {
    const started = new Set<string>();
    for (const record of lost) {
      const key = keyOf(record);
      const exchange = open.get(key);
      if (record.kind === 'exchange-start') {
        started.add(key);
        if (exchange !== undefined) exchange.onTape = false;
      } else if (record.kind === 'exchange-end' && !started.has(key)) {
        orphans.push({ captureId: record.captureId, number: record.end.number });
      }
    }
  }

  function removeOrphans(): void {
    try {
      writer.begin();
      for (const { captureId, number } of orphans) writer.dropExchange(captureId, number);
      writer.commit();
      orphans = [];
    } catch {
      // They are tried again at the next commit.
      writer.rollback();
    }
  }

  function startExchange(record: TapeRecord & { readonly kind: 'exchange-start' }): void {
    const { captureId, start } = record;
    const write = (): void => writer.startExchange(captureId, readings.exchange.stored(start));
    const onTape = transactions.write(record, write);
    open.set(keyOf(record), { start, onTape, parts: [], partBytes: 0 });
  }

  function endExchange(record: TapeRecord & { readonly kind: 'exchange-end' }): void {
    const { captureId, end } = record;
    const exchange = closed(keyOf(record));
    if (exchange?.onTape === false) return;
    transactions.write(record, () => {
      if (exchange === undefined) throw new Error(`exchange ${end.number} was never started`);
      const answer = { ...end.answer, ...joinParts(exchange.parts, end.answer) };
      samples.push(writeExchange(writer, readings.exchange, captureId, exchange.start, { ...end, answer }));
    });
  }

  /** The exchange, which is open no more; what its parts took of the queue is free again. */
  function closed(key: string): OpenExchange | undefined {
    const exchange = open.get(key);
    open.delete(key);
    takenBytes += exchange?.partBytes ?? 0;
    return exchange;
  }

  /** Parts go on counting as queued until their exchange ends: the bound is one on memory. */
  function addPart(exchange: OpenExchange | undefined, part: LoggedBody, bytes: number): void {
    if (exchange?.onTape !== true) {
      takenBytes += bytes;
      return;
    }
    exchange.parts.push(part);
    exchange.partBytes += bytes;
  }

  return {
    get size() {
      return transactions.size;
    },
    unfinished: () => [...open.values()].filter(({ onTape }) => onTape).length,
    add(record) {
      if (record.kind !== 'exchange-part') takenBytes += record.bytes;
      switch (record.kind) {
        case 'exchange-start':
          startExchange(record);
          return;
        case 'exchange-part':
          addPart(open.get(keyOf(record)), record.part, record.bytes);
          return;
        case 'exchange-end':
          endExchange(record);
          return;
        case 'exchange-forget':
          if (closed(keyOf(record))?.onTape === true) orphans.push(record);
          return;
        case 'result':
          transactions.write(record, () => void samples.push(writeResult(writer, readings.result, record)));
          return;
        default:
          record satisfies never;
      }
    },
    commit() {
      transactions.commit();
      if (orphans.length > 0 && !transactions.isFailing) removeOrphans();
      if (samples.length > 0) post({ kind: 'samples', samples });
      samples = [];
      if (takenBytes > 0) post({ kind: 'taken', bytes: takenBytes });
      takenBytes = 0;
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

function writeResult(
  writer: TapeWriter,
  reading: ResultReading,
  { runId, result }: TapeRecord & { readonly kind: 'result' },
): LiveSample {
  const figures = reading.answer(result.path, result.answer);
  writer.addResult(runId, result, figures);
  return liveSample(result.answer, figures, result.sentUs);
}

function writeExchange(
  writer: TapeWriter,
  reading: ExchangeReading,
  captureId: number,
  start: ExchangeStart,
  end: ExchangeEnd,
): LiveSample {
  const { request, answer, isRequest, kept, path, traceparent } = reading.read(start, end);
  const { arrivedUs } = start;
  const sample = liveSample(end.answer, answer, arrivedUs);
  if (kept !== null) {
    const id = writer.endExchange(captureId, kept, request, answer);
    return { ...sample, exchange: { id, path, model: request.model, arrivedUs, traceparent } };
  }
  if (isRequest) writer.dropExchange(captureId, end.number);
  else writer.ignoreExchange(captureId, end.number);
  return isRequest ? sample : { ...sample, ignored: true };
}

function liveSample(answer: RawAnswer, figures: AnswerFigures, fromUs: number | null): LiveSample {
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
