import { constants, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { type Line, openRemote } from '../../model/remote.ts';
import { memoryOfResult } from '../../model/result.ts';
import { writeError } from '../open-database.ts';
import { type BatchEvent, createRecordBatch, type TapeReadings } from '../record-batch.ts';
import type { TapePlace } from '../tape-place.ts';
import { openTapeWriter } from '../tape-writer.ts';
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
}

/**
 * Opens a tape and serves it to the other end of a line.
 * @returns how the tape is closed where that end has gone
 * @throws UserError when the tape cannot be opened or made
 */
export function serveTape(
  line: Line,
  { path, mode, policy }: Omit<TapeThreadData, 'counters'>,
  counters: Omit<TapeCounters, 'shared'>,
  readingsFor: (policy: unknown) => TapeReadings,
  more: TapeServing = { methods: {}, settled: () => undefined },
): () => void {
  const writer = openTapeWriter(path, mode);
  const batch = createRecordBatch(writer, readingsFor(policy), onEvent);
  const timer = setInterval(tick, COMMIT_EVERY_MS);
  let overflows = 0;
  let ends = 0;
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
    records: (records) => records.forEach(add),
    results(runId, pack) {
      for (const result of unpackResults(pack))
        add({ kind: 'result', runId, result, bytes: recordBytes(memoryOfResult(result)) });
    },
    flush: onDisk(() => undefined),
  };
  const methods: TapeThreadMethods = {
    ...queue,
    connect: (line) => void openRemote(line.port, queue, 'a thread that writes to the tape'),
    beginCapture: onDisk(writer.beginCapture),
    endCapture: onDisk((captureId, endedAtMs) => writer.endCapture(captureId, endedAtMs, counters.drops())),
    beginRun: onDisk(writer.beginRun),
    moveRun: onDisk(writer.moveRun),
    breakResults: onDisk(writer.breakResults),
    endRun: onDisk(writer.endRun),
    addServerStates: onDisk((of, states) => {
      for (const state of states) writer.addServerState(of, state);
    }),
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
  return methods.close;
}

/** Linux has a priority for each thread, and 0 means the calling one; elsewhere it would be the whole process's. */
function yieldToOthers(): void {
  if (process.platform === 'linux') setPriority(0, constants.priority.PRIORITY_LOW);
}
