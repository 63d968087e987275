import { constants, setPriority } from 'node:os';
import { join, parse } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import type { CaptureStart } from '../../model/capture.ts';
import { systemClock } from '../../model/clock.ts';
import type { Drops } from '../../model/exchange.ts';
import { type Line, openRemote } from '../../model/remote.ts';
import { memoryOfResult } from '../../model/result.ts';
import { writeError } from '../open-database.ts';
import { type BatchEvent, createRecordBatch, type TapeReadings } from '../record-batch.ts';
import type { TapePlace } from '../tape-place.ts';
import { openTapeWriter } from '../tape-writer.ts';
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
  serveTape(parentPort, data, tapeCounters(data.counters), readingsFor);
}

/** What is served in addition to the methods of the writer thread, and notified of each commit. */
export interface TapeServing {
  readonly methods: object;
  /** The number of ended exchanges that are on disk or counted as lost. */
  settled(ends: number): void;
  /** A capture was closed in order. */
  ended(): void;
}

/** A tape that is served. */
export interface ServedTape {
  /**
   * Closes a tape whose recorder has gone, unless it was closed before: what came is written, and the capture says that it
   * was interrupted and what it lost.
   * @param counts null where nobody counted what had begun
   * @throws what keeps it from being written; then it may be tried again
   */
  abandon(counts: LedgerCounts | null): void;
}

/**
 * Opens a tape and serves it to the other end of a line.
 * @throws UserError when the tape cannot be opened or made
 */
export function serveTape(
  line: Line,
  { path, mode, policy }: Omit<TapeThreadData, 'counters'>,
  counters: Omit<TapeCounters, 'shared' | 'takeOver'>,
  readingsFor: (policy: unknown) => TapeReadings,
  more: TapeServing = { methods: {}, settled: () => undefined, ended: () => undefined },
): ServedTape {
  const readings = readingsFor(policy);
  const writer = openTapeWriter(path, mode, readings.compress);
  const batch = createRecordBatch(writer, readings, onEvent);
  const timer = setInterval(tick, COMMIT_EVERY_MS);
  let overflows = 0;
  let ends = 0;
  /** Exchanges that came here, and of those the ones that their writer has counted as lost since. */
  const came = { started: 0, forgotten: 0 };
  let captureId: number | null = null;
  let capture: CaptureStart | null = null;
  /** Another tape says what was lost on this one, which is gone. */
  let isToldElsewhere = false;
  let isClosed = false;
  let place: TapePlace = 'there';

  function onEvent(event: BatchEvent): void {
    switch (event.kind) {
      case 'taken':
        counters.dequeue(event.bytes);
        return;
      case 'lost':
        counters.drop('write_failed', event.records);
        if (event.failing) counters.setFailing(true);
        owner.notify('lost', event.why, event.failing);
        return;
      case 'recovered':
        counters.setFailing(false);
        owner.notify('recovered');
        return;
      case 'samples':
        owner.notify('samples', event.samples);
        return;
      default:
        event satisfies never;
    }
  }

  /** Other threads count what did not fit; it is reported to the owner here, with the commits. */
  function tick(): void {
    look();
    batch.commit();
    const { queue_full = 0 } = counters.drops();
    if (queue_full > overflows) owner.notify('overflowed');
    overflows = queue_full;
    more.settled(ends);
    ends = 0;
  }

  /** SQLite does not notice that its file has gone. */
  function look(): void {
    counters.setNearlyFull(!writer.hasRoom(counters.waitingBytes()));
    const now = writer.look();
    if (now === place || place === 'gone' || now === 'there') return;
    place = now;
    if (now === 'gone') {
      counters.drop('write_failed', writer.endedExchanges());
      counters.setFailing(true);
    }
    owner.notify('left', now);
  }

  function add(record: TapeRecord): void {
    batch.add(record);
    if (record.kind === 'exchange-start') came.started += 1;
    if (record.kind === 'exchange-forget') came.forgotten += 1;
    if (record.kind === 'exchange-end') ends += 1;
    if (batch.size >= COMMIT_RECORDS) batch.commit();
  }

  /** A call's answer says that everything before it is on disk. */
  function onDisk<A extends unknown[], R>(write: (...args: A) => R): (...args: A) => R {
    return (...args) => {
      try {
        tick();
        return write(...args);
      } catch (error) {
        throw writeError(error, path);
      }
    };
  }

  const closeTape = onDisk(() => {
    clearInterval(timer);
    writer.close();
  });

  const queue: TapeQueueMethods = {
    records: (packet) => unpackRecords(packet).forEach(add),
    results(runId, pack) {
      for (const result of unpackResults(pack))
        add({ kind: 'result', runId, result, bytes: recordBytes(memoryOfResult(result)) });
      // They are read: the collector would free it, but late, since it sees a small object.
      pack.memory.transfer(0);
    },
    flush: onDisk(() => undefined),
  };
  const methods: TapeThreadMethods = {
    ...queue,
    connect: (line) => void openRemote(line.port, queue, 'a thread that writes to the tape'),
    beginCapture: onDisk((start) => {
      captureId = writer.beginCapture(start);
      capture = start;
      return captureId;
    }),
    endCapture: onDisk((id, endedAtMs) => {
      writer.endCapture(id, endedAtMs, counters.drops());
      captureId = null;
      more.ended();
    }),
    beginRun: onDisk(writer.beginRun),
    moveRun: onDisk(writer.moveRun),
    breakResults: onDisk(writer.breakResults),
    endRun: onDisk(writer.endRun),
    addServerStates: onDisk((of, states) => {
      for (const state of states) writer.addServerState(of, state);
    }),
    toldElsewhere() {
      isToldElsewhere = true;
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      closeTape();
    },
  };
  const owner = openRemote<TapeEvents>(
    line,
    { ...methods, ...more.methods },
    'the thread that opened the tape',
  );

  /**
   * What was begun and did not come is lost; so is what was given up, of which the last count may not have come. What was taken
   * over of earlier tapes is a part of what the ledger knows of them.
   */
  function lostOnTheWay({ begun, lostBefore }: LedgerCounts): number {
    const { queue_full = 0 } = counters.drops();
    const here = begun - came.started + came.forgotten - queue_full;
    return Math.max(0, here) + Math.max(0, lostBefore - counters.takenOver());
  }

  return {
    abandon(counts) {
      if (isClosed) return;
      tick();
      if (captureId !== null) {
        const drops = counters.drops();
        // An unfinished row on a tape that is gone says nothing to anybody.
        const open = place === 'gone' ? batch.unfinished() : 0;
        const lost = (drops.write_failed ?? 0) + (counts === null ? 0 : lostOnTheWay(counts)) + open;
        const said = { ...drops, write_failed: lost };
        if (place !== 'gone') writer.endCapture(captureId, systemClock.wallMs(), said, false);
        else if (capture !== null && !isToldElsewhere) sayLost(path, capture, said);
        captureId = null;
      }
      methods.close();
    },
  };
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
