import { Worker } from 'node:worker_threads';
import type { CaptureStart, ServerState } from '../model/capture.ts';
import type { Digest } from '../model/digest.ts';
import type { Drops, ExchangeSink } from '../model/exchange.ts';
import type { ResultSink } from '../model/result.ts';
import type { RunEnd, RunInstant, RunStart } from '../model/run.ts';
import { UserError } from '../model/user-error.ts';
import { createOutbox } from './outbox.ts';
import { exchangeSink, resultSink } from './queue-sinks.ts';
import type { FromTapeThread, TapeCall, TapeRecord, TapeThreadData, ToTapeThread } from './tape-messages.ts';
import type { StateOwner } from './tape-writer.ts';

/** The most that may wait for the tape's thread before records are dropped, bytes. */
const QUEUE_BYTES = 256 * 1024 * 1024;

/** Above this share of the queue whoever must not lose a record has to stop: what is in flight still has to fit. */
const FULL_SHARE = 0.9;

/** How often a problem is told at most, ms. */
const PROBLEM_EVERY_MS = 1_000;

export interface TapeThreadOptions extends TapeThreadData {
  /** The worker's entry file: it calls `serveTapeThread`. */
  readonly workerUrl: URL;
  readonly queueBytes?: number;
  /** Called with what was written, a few times a second, for live displays. */
  readonly onDigests?: (digests: readonly Digest[]) => void;
  /** Told of lost records in one sentence, once a second at most. */
  readonly onProblem?: (sentence: string) => void;
}

/**
 * The tape as the proxy's and the sender's thread see it. Sinks return at once and never throw; the calls that return a
 * promise answer when everything sent before is on disk, and reject when the tape cannot be written.
 */
export interface TapeThread {
  beginCapture(start: CaptureStart): Promise<number>;
  exchangeSink(captureId: number): ExchangeSink;
  endCapture(captureId: number, endedAtMs: number): Promise<void>;
  beginRun(start: RunStart): Promise<number>;
  /** Puts off a run that has begun and sent nothing yet. */
  moveRun(runId: number, start: RunInstant): Promise<void>;
  resultSink(runId: number): ResultSink;
  endRun(runId: number, end: RunEnd): Promise<void>;
  addServerStates(owner: StateOwner, states: readonly ServerState[]): Promise<void>;
  /** Records that are not on the tape although they happened, by reason. */
  drops(): Drops;
  /** Bytes that wait for the thread. */
  queuedBytes(): number;
  /** Why nothing can be written at the moment, null when all is well. */
  trouble(): string | null;
  flush(): Promise<void>;
  /** Writes everything, closes the tape and ends the thread; never rejects. */
  close(): Promise<void>;
}

/**
 * Starts the tape's thread.
 * @throws UserError (as a rejection) when the tape cannot be opened or made
 */
export async function startTapeThread(options: TapeThreadOptions): Promise<TapeThread> {
  const { path, mode, policy, yielding = false, queueBytes = QUEUE_BYTES } = options;
  const worker = new Worker(options.workerUrl, {
    workerData: { path, mode, policy, yielding } satisfies TapeThreadData,
  });
  const waiting = new Map<number, PromiseWithResolvers<number>>();
  const ready = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  const drops = { queue_full: 0, write_failed: 0 };
  let queuedBytes = 0;
  let calls = 0;
  let alive = true;
  let toldAt = Number.NEGATIVE_INFINITY;
  let failure: string | null = null;

  const outbox = createOutbox(worker);

  function problem(sentence: string): void {
    const now = performance.now();
    if (now - toldAt < PROBLEM_EVERY_MS) return;
    toldAt = now;
    options.onProblem?.(sentence);
  }

  function onMessage(message: FromTapeThread): void {
    switch (message.kind) {
      case 'ready':
        ready.resolve();
        return;
      case 'refused':
        ready.reject(message.isUserError ? new UserError(message.message) : new Error(message.message));
        return;
      case 'answer':
        waiting.get(message.id)?.resolve(message.value);
        waiting.delete(message.id);
        return;
      case 'failure':
        waiting
          .get(message.id)
          ?.reject(message.isUserError ? new UserError(message.message) : new Error(message.message));
        waiting.delete(message.id);
        return;
      case 'taken':
        queuedBytes -= message.bytes;
        return;
      case 'lost':
        drops.write_failed += message.records;
        if (message.failing) failure = message.why;
        problem(`${drops.write_failed} records could not be written to ${path}: ${message.why}`);
        return;
      case 'recovered':
        failure = null;
        toldAt = Number.NEGATIVE_INFINITY;
        problem(`${path} can be written again, ${drops.write_failed} records are lost`);
        return;
      case 'digests':
        options.onDigests?.(message.digests);
    }
  }

  function onDeath(error: Error): void {
    alive = false;
    ready.reject(error);
    for (const call of waiting.values()) call.reject(error);
    waiting.clear();
    ended.resolve();
  }

  worker.on('message', onMessage);
  worker.on('error', (error) => {
    problem(`the thread that writes ${path} died, nothing more is recorded: ${(error as Error).message}`);
    onDeath(error as Error);
  });
  worker.on('exit', () => onDeath(new Error(`the thread that writes ${path} has ended`)));

  function call(body: TapeCall): Promise<number> {
    if (!alive) return Promise.reject(new Error(`the thread that writes ${path} has ended`));
    const answer = Promise.withResolvers<number>();
    const id = calls++;
    waiting.set(id, answer);
    outbox.flush();
    worker.postMessage({ kind: 'call', id, call: body } satisfies ToTapeThread);
    return answer.promise;
  }

  /** Hands a record over unless the queue is full; false means it was dropped and counted. */
  function offer(record: TapeRecord, transfer: readonly ArrayBuffer[], limitBytes: number): boolean {
    if (!alive) {
      drops.write_failed += 1;
      return false;
    }
    if (queuedBytes + record.bytes > limitBytes) {
      drops.queue_full += 1;
      problem(`${drops.queue_full} records were dropped: ${path} is written too slowly`);
      return false;
    }
    queuedBytes += record.bytes;
    outbox.push(record, transfer);
    return true;
  }

  await ready.promise;
  return {
    beginCapture: (start) => call({ name: 'beginCapture', start }),
    exchangeSink: (captureId) =>
      exchangeSink(captureId, (record, transfer) => offer(record, transfer, queueBytes)),
    async endCapture(captureId, endedAtMs) {
      await call({ name: 'flush' });
      await call({ name: 'endCapture', captureId, endedAtMs, drops });
    },
    beginRun: (start) => call({ name: 'beginRun', start }),
    async moveRun(runId, start) {
      await call({ name: 'moveRun', runId, start });
    },
    // A lost result would falsify a run, a lost exchange only thins a recording: results may fill four times as much.
    resultSink: (runId) => resultSink(runId, (record, transfer) => offer(record, transfer, 4 * queueBytes)),
    async endRun(runId, end) {
      await call({ name: 'endRun', runId, end });
    },
    async addServerStates(owner, states) {
      await call({ name: 'addServerStates', owner, states });
    },
    queuedBytes: () => queuedBytes,
    trouble() {
      if (!alive) return 'the thread that writes the tape has ended';
      if (failure !== null) return failure;
      return queuedBytes >= queueBytes * FULL_SHARE ? 'the tape is written too slowly' : null;
    },
    drops: () => Object.fromEntries(Object.entries(drops).filter(([, count]) => count > 0)),
    async flush() {
      await call({ name: 'flush' });
    },
    async close() {
      await call({ name: 'close' }).catch((error: Error) => problem(error.message));
      await ended.promise;
    },
  };
}
