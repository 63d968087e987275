import { constants, setPriority } from 'node:os';
import { join, parse } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import type { CaptureStart } from '../../model/capture.ts';
import { systemClock } from '../../model/clock.ts';
import type { Drops } from '../../model/exchange.ts';
import { type Line, openRemote, type Remote } from '../../model/remote.ts';
import { memoryOfResult } from '../../model/result.ts';
import { writeError } from '../open-database.ts';
import { type BatchEvent, createRecordBatch, type RecordBatch, type TapeReadings } from '../record-batch.ts';
import type { TapePlace } from '../tape-place.ts';
import { openTapeWriter, type TapeWriter } from '../tape-writer.ts';
import type { LedgerCounts } from './begun-ledger.ts';
import { unpackRecords } from './record-packet.ts';
import { unpackResults } from './result-pack.ts';
import { recordBytes, type TapeCounters, tapeCounters } from './tape-counters.ts';
import type {
  TapeEvents,
  TapeQueueMethods,
  TapeRecord,
  TapeThreadData,
  TapeThreadMethods,
} from './tape-messages.ts';

/** The longest a record waits for its commit, ms: what a crash can lose. */
const COMMIT_EVERY_MS = 100;

/** A commit is due at the latest after as many records. */
const COMMIT_RECORDS = 200;

/**
 * The tape thread's main: opens the tape named in `workerData` and serves until the thread is terminated. Call it once in
 * a worker.
 * @param readingsFor the policy that the thread was started with
 * @throws UserError when the tape cannot be opened or made: that ends the thread, and the one that started it has the error
 */
export function serveTapeThread(readingsFor: (policy: unknown) => TapeReadings): void {
  if (parentPort === null) throw new Error('serveTapeThread runs in a worker thread only');
  const data = workerData as TapeThreadData;
  if (data.yielding === true) yieldToOthers();
  new ServedTape(parentPort, data, tapeCounters(data.counters), readingsFor);
}

/** What is served in addition to the methods of the writer thread, and notified of each commit. */
export interface TapeServing {
  readonly methods: object;
  /** The number of ended exchanges that are on disk or counted as lost. */
  settled(ends: number): void;
  /** A capture was closed in order. */
  ended(): void;
}

interface OpenCapture {
  readonly id: number;
  readonly start: CaptureStart;
}

export type ServedCounters = Omit<TapeCounters, 'shared' | 'takeOver'>;

/** A tape that is open for writing and served to the other end of a line. */
export class ServedTape {
  readonly #path: string;
  readonly #counters: ServedCounters;
  readonly #more: TapeServing;
  readonly #writer: TapeWriter;
  readonly #batch: RecordBatch;
  readonly #timer: NodeJS.Timeout;
  readonly #owner: Remote<TapeEvents>;
  #overflows = 0;
  #ends = 0;
  /** Exchanges that came here, and of those the ones that their writer has counted as lost since. */
  readonly #came = { started: 0, forgotten: 0 };
  #capture: OpenCapture | null = null;
  /** Another tape says what was lost on this one, which is gone. */
  #isToldElsewhere = false;
  #isClosed = false;
  #place: TapePlace = 'there';

  /** @throws UserError when the tape cannot be opened or made */
  constructor(
    line: Line,
    { path, mode, policy }: Omit<TapeThreadData, 'counters'>,
    counters: ServedCounters,
    readingsFor: (policy: unknown) => TapeReadings,
    more: TapeServing = { methods: {}, settled: () => undefined, ended: () => undefined },
  ) {
    const readings = readingsFor(policy);
    this.#path = path;
    this.#counters = counters;
    this.#more = more;
    this.#writer = openTapeWriter(path, mode, readings.compress);
    this.#batch = createRecordBatch(this.#writer, readings, (event) => this.#onEvent(event));
    this.#timer = setInterval(() => this.#tick(), COMMIT_EVERY_MS);
    const methods = { ...this.#methods(), ...more.methods };
    this.#owner = openRemote<TapeEvents>(line, methods, 'the thread that opened the tape');
  }

  /**
   * Closes a tape whose recorder has gone, unless it was closed before: what came is written, and the capture says that it
   * was interrupted and what it lost.
   * @param counts null where nobody counted what had begun
   * @throws what keeps it from being written; then it may be tried again
   */
  abandon(counts: LedgerCounts | null): void {
    if (this.#isClosed) return;
    this.#tick();
    if (this.#capture !== null) this.#interrupt(this.#capture, counts);
    this.#capture = null;
    this.#close();
  }

  #interrupt({ id, start }: OpenCapture, counts: LedgerCounts | null): void {
    const drops = this.#counters.drops();
    const isGone = this.#place === 'gone';
    // An unfinished row on a tape that is gone says nothing to anybody.
    const open = isGone ? this.#batch.unfinished() : 0;
    const lost = (drops.write_failed ?? 0) + (counts === null ? 0 : this.#lostOnTheWay(counts)) + open;
    const said = { ...drops, write_failed: lost };
    if (!isGone) this.#writer.endCapture(id, systemClock.wallMs(), said, false);
    else if (!this.#isToldElsewhere) sayLost(this.#path, start, said);
  }

  /**
   * What was begun and did not come is lost; so is what was given up, of which the last count may not have come. What was taken
   * over of earlier tapes is a part of what the ledger knows of them.
   */
  #lostOnTheWay({ begun, lostBefore }: LedgerCounts): number {
    const { queue_full = 0 } = this.#counters.drops();
    const here = begun - this.#came.started + this.#came.forgotten - queue_full;
    return Math.max(0, here) + Math.max(0, lostBefore - this.#counters.takenOver());
  }

  #methods(): TapeThreadMethods {
    const [writer, counters] = [this.#writer, this.#counters];
    const onDisk = <A extends unknown[], R>(write: (...args: A) => R) => this.#onDisk(write);
    const queue: TapeQueueMethods = {
      records: (packet) => {
        for (const record of unpackRecords(packet)) this.#add(record);
      },
      results: (runId, pack) => {
        for (const result of unpackResults(pack))
          this.#add({ kind: 'result', runId, result, bytes: recordBytes(memoryOfResult(result)) });
        // They are read: the collector would free it, but late, since it sees a small object.
        pack.memory.transfer(0);
      },
      flush: onDisk(() => undefined),
    };
    return {
      ...queue,
      connect: (line) => void openRemote(line.port, queue, 'a thread that writes to the tape'),
      beginCapture: onDisk((start) => {
        const id = writer.beginCapture(start);
        this.#capture = { id, start };
        return id;
      }),
      endCapture: onDisk((id, endedAtMs) => {
        writer.endCapture(id, endedAtMs, counters.drops());
        this.#capture = null;
        this.#more.ended();
      }),
      beginRun: onDisk(writer.beginRun),
      moveRun: onDisk(writer.moveRun),
      breakResults: onDisk(writer.breakResults),
      endRun: onDisk(writer.endRun),
      addServerStates: onDisk((of, states) => {
        for (const state of states) writer.addServerState(of, state);
      }),
      toldElsewhere: () => {
        this.#isToldElsewhere = true;
      },
      close: () => this.#close(),
    };
  }

  /** A call's answer says that everything before it is on disk. */
  #onDisk<A extends unknown[], R>(write: (...args: A) => R): (...args: A) => R {
    return (...args) => {
      try {
        this.#tick();
        return write(...args);
      } catch (error) {
        throw writeError(error, this.#path);
      }
    };
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#onDisk(() => {
      clearInterval(this.#timer);
      this.#writer.close();
    })();
  }

  #add(record: TapeRecord): void {
    this.#batch.add(record);
    if (record.kind === 'exchange-start') this.#came.started += 1;
    if (record.kind === 'exchange-forget') this.#came.forgotten += 1;
    if (record.kind === 'exchange-end') this.#ends += 1;
    if (this.#batch.size >= COMMIT_RECORDS) this.#batch.commit();
  }

  /** Other threads count what did not fit; it is reported to the owner here, with the commits. */
  #tick(): void {
    this.#look();
    this.#batch.commit();
    const { queue_full = 0 } = this.#counters.drops();
    if (queue_full > this.#overflows) this.#owner.notify('overflowed');
    this.#overflows = queue_full;
    this.#more.settled(this.#ends);
    this.#ends = 0;
  }

  /** SQLite does not notice that its file has gone. */
  #look(): void {
    const [writer, counters] = [this.#writer, this.#counters];
    counters.setNearlyFull(!writer.hasRoom(counters.waitingBytes()));
    const now = writer.look();
    if (now === this.#place || this.#place === 'gone' || now === 'there') return;
    this.#place = now;
    if (now === 'gone') {
      counters.drop('write_failed', writer.endedExchanges());
      counters.setFailing(true);
    }
    this.#owner.notify('left', now);
  }

  #onEvent(event: BatchEvent): void {
    switch (event.kind) {
      case 'taken':
        this.#counters.dequeue(event.bytes);
        return;
      case 'lost':
        this.#counters.drop('write_failed', event.records);
        if (event.failing) this.#counters.setFailing(true);
        this.#owner.notify('lost', event.why, event.failing);
        return;
      case 'recovered':
        this.#counters.setFailing(false);
        this.#owner.notify('recovered');
        return;
      case 'samples':
        this.#owner.notify('samples', event.samples);
        return;
      default:
        event satisfies never;
    }
  }
}

/** The recorder was killed before it had another tape than the one that is gone: one beside it says what was lost. */
function sayLost(path: string, capture: CaptureStart, drops: Drops): void {
  const { dir, name, ext } = parse(path);
  const writer = openTapeWriter(join(dir, `${name}-lost${ext}`), 'create');
  writer.endCapture(writer.beginCapture(capture), systemClock.wallMs(), drops, false);
  writer.close();
}

/** Linux has a priority for each thread, and 0 means the calling one; elsewhere it would be the whole process's. */
function yieldToOthers(): void {
  if (process.platform === 'linux') setPriority(0, constants.priority.PRIORITY_LOW);
}
