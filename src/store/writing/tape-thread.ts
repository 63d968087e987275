import { MessageChannel, Worker } from 'node:worker_threads';
import type { CaptureStart, ServerState } from '../../model/capture.ts';
import type { LiveSample } from '../../model/completion.ts';
import type { Drops } from '../../model/exchange.ts';
import { giveAway, openRemote } from '../../model/remote.ts';
import type { RunEnd, RunInstant, RunStart } from '../../model/run.ts';
import { placeError, type TapePlace } from '../tape-place.ts';
import type { StateOwner } from '../tape-writer.ts';
import { tapeCounters } from './tape-counters.ts';
import type { TapeEvents, TapeThreadData, TapeThreadMethods } from './tape-messages.ts';
import type { TapeConnection } from './tape-queue.ts';

/** The most that may wait for the tape's thread before records are dropped, bytes. */
const QUEUE_BYTES = 256 * 1024 * 1024;

/** How often a problem is reported at most, ms. */
const PROBLEM_EVERY_MS = 1_000;

export interface TapeThreadOptions extends Omit<TapeThreadData, 'counters'> {
  /** The worker's entry file: it calls `serveTapeThread` or `relayTape`. */
  readonly workerUrl: URL;
  readonly queueBytes?: number;
  /** Called with what was written, a few times a second, for live displays. */
  readonly onSamples?: (samples: readonly LiveSample[]) => void;
  /** Called once when the file is no longer at its path. */
  readonly onLeft?: () => void;
  /** Given a sentence about lost records, once a second at most. */
  readonly onProblem?: (sentence: string) => void;
}

/**
 * The tape as the thread sees it that opened it. Calls are answered when what they say is on disk, and reject when the
 * tape cannot be written.
 */
export interface TapeThread {
  beginCapture(start: CaptureStart): Promise<number>;
  /** Call it when every queue that wrote exchanges of the capture was flushed. */
  endCapture(captureId: number, endedAtMs: number): Promise<void>;
  beginRun(start: RunStart): Promise<number>;
  /** Puts off a run that has begun and sent nothing yet. */
  moveRun(runId: number, start: RunInstant): Promise<void>;
  /** Call it when every queue that wrote results of the run was flushed. */
  endRun(runId: number, end: RunEnd): Promise<void>;
  /** Results that ended `ok` at these positions of the plan are errors of their connections. Call it when they were flushed. */
  breakResults(runId: number, seqs: readonly number[]): Promise<void>;
  addServerStates(owner: StateOwner, states: readonly ServerState[]): Promise<void>;
  /** A line for one thread that writes records, this one or another: `openTapeQueue` opens it there. */
  connect(): TapeConnection;
  /** Records that are not on the tape although they happened, by reason, of all threads. */
  drops(): Drops;
  /** Counts records of another tape, which is gone, as lost here, so that this one says so. */
  takeOver(records: number): void;
  /** Call it of a tape that is gone when another one says what was lost on it; never rejects. */
  toldElsewhere(): Promise<void>;
  /** Where the file is. */
  place(): TapePlace;
  /** Bytes that wait for the thread. */
  queuedBytes(): number;
  /** Why nothing can be written at the moment, null when all is well. */
  trouble(): string | null;
  /** Writes everything, closes the tape and ends the thread; never rejects. */
  close(): Promise<void>;
}

/**
 * Starts the tape's thread.
 * @throws UserError (as a rejection) when the tape cannot be opened or made
 */
export async function startTapeThread(options: TapeThreadOptions): Promise<TapeThread> {
  const { path, mode, policy, yielding = false, queueBytes = QUEUE_BYTES, ledger = null } = options;
  const counters = tapeCounters();
  const worker = new Worker(options.workerUrl, {
    workerData: { path, mode, policy, yielding, ledger, counters: counters.shared } satisfies TapeThreadData,
  });
  let reportedAt = Number.NEGATIVE_INFINITY;
  let trouble: string | null = null;
  let closing = false;
  let place: TapePlace = 'there';
  let connections = 0;

  function problem(sentence: string, isUrgent = false): void {
    const now = performance.now();
    if (!isUrgent && now - reportedAt < PROBLEM_EVERY_MS) return;
    reportedAt = now;
    options.onProblem?.(sentence);
  }

  const lost = (): number => counters.drops().write_failed ?? 0;

  const events: TapeEvents = {
    overflowed: () =>
      problem(`${counters.drops().queue_full} records were dropped: ${path} is written too slowly`),
    lost(why, failing) {
      if (failing) trouble = why;
      problem(`${lost()} records could not be written to ${path}: ${why}`);
    },
    recovered() {
      trouble = null;
      problem(`${path} can be written again, ${lost()} records are lost`, true);
    },
    left(now) {
      place = now;
      if (now === 'gone') {
        trouble = placeError(path).message;
        problem(
          `${path} was deleted, replaced or damaged, or its journal was: ${lost()} records are lost`,
          true,
        );
      } else problem(`${path} was moved away: what was recorded is in the moved file`, true);
      options.onLeft?.();
    },
    died(why) {
      place = 'gone';
      trouble = why;
      problem(`the process that writes ${path} died: ${why}, ${lost()} records are lost`, true);
      options.onLeft?.();
    },
    samples: (samples) => options.onSamples?.(samples),
  };
  const thread = openRemote<TapeThreadMethods>(worker, events, `the thread that writes ${path}`);
  await thread.call('flush').catch(async (error: unknown) => {
    await worker.terminate();
    throw error;
  });
  void thread.gone.then(({ message }) => {
    trouble = message;
    if (!closing) problem(`the thread that writes ${path} died, nothing more is recorded: ${message}`);
  });
  return {
    beginCapture: (start) => thread.call('beginCapture', start),
    endCapture: (captureId, endedAtMs) => thread.call('endCapture', captureId, endedAtMs),
    beginRun: (start) => thread.call('beginRun', start),
    moveRun: (runId, start) => thread.call('moveRun', runId, start),
    endRun: (runId, end) => thread.call('endRun', runId, end),
    breakResults: (runId, seqs) => thread.call('breakResults', runId, seqs),
    addServerStates: (owner, states) => thread.call('addServerStates', owner, states),
    connect() {
      const { port1, port2 } = new MessageChannel();
      thread.notify('connect', giveAway({ port: port2 }, [port2]));
      const slot = connections++;
      return giveAway(
        { port: port1, counters: counters.shared, queueBytes, ledger: ledger && { ...ledger, slot } },
        [port1],
      );
    },
    drops: counters.drops,
    takeOver: counters.takeOver,
    toldElsewhere: () => thread.call('toldElsewhere').catch(() => undefined),
    place: () => place,
    queuedBytes: counters.waitingBytes,
    trouble: () => trouble ?? counters.trouble(queueBytes),
    async close() {
      await thread.call('close').catch((error: Error) => problem(error.message));
      closing = true;
      await worker.terminate();
    },
  };
}
