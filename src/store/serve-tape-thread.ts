import { constants, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { unpackResults } from '../model/result-pack.ts';
import { UserError } from '../model/user-error.ts';
import { writeError } from './open-database.ts';
import { resultRecord } from './queue-sinks.ts';
import { createRecordBatch, type TapeReadings } from './record-batch.ts';
import type { FromTapeThread, TapeCall, TapeRecord, TapeThreadData, ToTapeThread } from './tape-messages.ts';
import { openTapeWriter, type TapeWriter } from './tape-writer.ts';

/** The longest a record waits for its commit, ms: what a crash can lose. */
const COMMIT_EVERY_MS = 100;

/** A commit is due at the latest after so many records. */
const COMMIT_RECORDS = 200;

/**
 * The tape thread's main: opens the tape named in `workerData` and serves until `close`. Call it once in a worker.
 * @param readingsFor the policy that the thread was started with
 */
export function serveTapeThread(readingsFor: (policy: unknown) => TapeReadings): void {
  const port = parentPort;
  if (port === null) throw new Error('serveTapeThread runs in a worker thread only');
  const post = (message: FromTapeThread): void => port.postMessage(message);
  const { path, mode, policy, yielding } = workerData as TapeThreadData;
  if (yielding === true) yieldToOthers();
  let writer: TapeWriter;
  try {
    writer = openTapeWriter(path, mode);
  } catch (error) {
    post({ kind: 'refused', message: (error as Error).message, isUserError: error instanceof UserError });
    port.close();
    return;
  }
  const batch = createRecordBatch(writer, readingsFor(policy), post);
  const timer = setInterval(batch.commit, COMMIT_EVERY_MS);

  function add(record: TapeRecord): void {
    batch.add(record);
    if (batch.size >= COMMIT_RECORDS) batch.commit();
  }

  port.on('message', (message: ToTapeThread) => {
    if (message.kind === 'records') {
      for (const record of message.records) add(record);
      return;
    }
    if (message.kind === 'results') {
      for (const result of unpackResults(message.pack)) add(resultRecord(message.runId, result));
      return;
    }
    try {
      batch.commit();
      const value = perform(writer, message.call);
      post({ kind: 'answer', id: message.id, value });
    } catch (error) {
      const failure = writeError(error, path);
      const isUserError = failure instanceof UserError;
      post({ kind: 'failure', id: message.id, message: (failure as Error).message, isUserError });
    }
    if (message.call.name === 'close') {
      clearInterval(timer);
      port.close();
    }
  });
  post({ kind: 'ready' });
}

/** Linux has a priority for each thread, and 0 means the calling one; elsewhere it would be the whole process's. */
function yieldToOthers(): void {
  if (process.platform === 'linux') setPriority(0, constants.priority.PRIORITY_LOW);
}

function perform(writer: TapeWriter, call: TapeCall): number {
  switch (call.name) {
    case 'beginCapture':
      return writer.beginCapture(call.start);
    case 'endCapture':
      writer.endCapture(call.captureId, call.endedAtMs, call.drops);
      return 0;
    case 'beginRun':
      return writer.beginRun(call.start);
    case 'moveRun':
      writer.moveRun(call.runId, call.start);
      return 0;
    case 'endRun':
      writer.endRun(call.runId, call.end);
      return 0;
    case 'addServerStates':
      for (const state of call.states) writer.addServerState(call.owner, state);
      return 0;
    case 'flush':
      return 0;
    case 'close':
      writer.close();
      return 0;
  }
}
