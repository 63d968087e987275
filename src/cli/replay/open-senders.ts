import { Worker } from 'node:worker_threads';
import { worstLoop } from '../../measure/loop-monitor.ts';
import { systemTimers } from '../../model/clock.ts';
import type { ResultSink } from '../../model/result.ts';
import { unpackResults } from '../../model/result-pack.ts';
import { UserError } from '../../model/user-error.ts';
import {
  joinOutcomes,
  type LoadSpec,
  type SentLoad,
  type WorkerShare,
  wholeShare,
} from '../../replay/engine/load-spec.ts';
import { openSender } from '../../replay/engine/open-sender.ts';
import { slotsOfCell } from '../../replay/plan/threads.ts';
import { workerFile } from '../worker-file.ts';
import type { FromSenderThread, SenderThreadData, ThreadFailure, ToSenderThread } from './sender-messages.ts';

/** A load whose connections are open and warm, on one thread or several. */
export interface Senders {
  /** Threads that send: never more than there are connections. */
  readonly workers: number;
  /** Requests that are on their way now. */
  inFlight(): number;
  /**
   * Opens again what was closed while the server was asked something. Call it right before `run`.
   * @returns false when it was told to stop
   * @throws UserError (as a rejection) when the target cannot be reached any more
   */
  refresh(): Promise<boolean>;
  /** @param startedUs monotonic instant that is the zero of all results, a moment ahead */
  run(startedUs: number, sink: ResultSink): Promise<SentLoad>;
  close(): void;
}

/** One thread's part. */
interface SenderPart {
  warmUp(): Promise<void>;
  refresh(): Promise<void>;
  run(startedUs: number, sink: ResultSink): Promise<SentLoad>;
  close(): void;
}

/**
 * Opens and warms everything that a load needs. One worker sends on this thread.
 * @param mostWorkers threads that send, or fewer where there is no connection for each
 * @param signal ends whatever is under way: the opening, the warm-up, the run
 * @returns null when the signal told it to stop before all was open and warm
 * @throws UserError (as a rejection) when the target cannot be reached
 */
export async function openSenders(
  spec: LoadSpec,
  mostWorkers: number,
  signal: AbortSignal,
): Promise<Senders | null> {
  const workers = Math.min(mostWorkers, slotsOfCell(spec.cell, spec.load).length);
  const whole = wholeShare();
  const inFlight = new Int32Array(whole.inFlight);
  const opened = await Promise.allSettled(
    workers === 1
      ? [openHere(spec, whole, signal)]
      : Array.from({ length: workers }, (_, worker) =>
          openThread({ spec, share: { ...whole, worker, workers } }, signal),
        ),
  );
  const parts = opened.flatMap((part) => (part.status === 'fulfilled' ? [part.value] : []));
  const close = (): void => {
    for (const part of parts) part.close();
  };
  const failed = opened.find((part) => part.status === 'rejected');
  if (failed !== undefined && !signal.aborted) {
    close();
    throw failed.reason;
  }
  if (failed === undefined) await Promise.all(parts.map((part) => part.warmUp()));
  if (signal.aborted) {
    close();
    return null;
  }
  return {
    workers,
    inFlight: () => Atomics.load(inFlight, 0),
    async refresh() {
      await Promise.all(parts.map((part) => part.refresh())).catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
      return !signal.aborted;
    },
    async run(startedUs, sink) {
      const sent = await Promise.all(parts.map((part) => part.run(startedUs, sink)));
      return {
        outcome: joinOutcomes(sent.map(({ outcome }) => outcome)),
        connectionsOpen: sent.reduce((sum, part) => sum + part.connectionsOpen, 0),
        loop: worstLoop(sent.map(({ loop }) => loop)),
      };
    },
    close,
  };
}

async function openHere(spec: LoadSpec, share: WorkerShare, signal: AbortSignal): Promise<SenderPart> {
  const sender = await openSender(spec, share, systemTimers, signal);
  return {
    warmUp: () => sender.warmUp(signal),
    refresh: () => sender.refresh(signal),
    run: (startedUs, sink) => sender.run(startedUs, sink, signal),
    close: sender.close,
  };
}

function openThread(data: SenderThreadData, signal: AbortSignal): Promise<SenderPart> {
  const worker = new Worker(workerFile('sender', import.meta.url), { workerData: data });
  const post = (message: ToSenderThread): void => worker.postMessage(message);
  const open = Promise.withResolvers<SenderPart>();
  const warm = Promise.withResolvers<void>();
  const fresh = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<SentLoad>();
  let target: ResultSink = { add: () => undefined };
  const stop = (): void => post({ kind: 'stop' });
  if (signal.aborted) stop();
  // A thread that has ended hears nothing, and keeps no hold of the signal.
  signal.addEventListener('abort', stop, { once: true });
  worker.on('exit', () => signal.removeEventListener('abort', stop));

  function onMessage(message: FromSenderThread): void {
    switch (message.kind) {
      case 'open':
        open.resolve({
          warmUp,
          refresh,
          run,
          close: () => post({ kind: 'close' }),
        });
        return;
      case 'refused':
        open.reject(asError(message));
        return;
      case 'warm':
        warm.resolve();
        return;
      case 'fresh':
        if (message.failure === null) fresh.resolve();
        else fresh.reject(asError(message.failure));
        return;
      case 'results':
        for (const result of unpackResults(message.pack)) target.add(result);
        return;
      case 'ended':
        ended.resolve(message.sent);
    }
  }

  function warmUp(): Promise<void> {
    post({ kind: 'warm-up' });
    return warm.promise;
  }

  function refresh(): Promise<void> {
    post({ kind: 'refresh' });
    return fresh.promise;
  }

  function run(startedUs: number, sink: ResultSink): Promise<SentLoad> {
    target = sink;
    post({ kind: 'run', startedUs });
    return ended.promise;
  }

  worker.on('message', onMessage);
  worker.on('error', (error) => {
    for (const waiting of [open, warm, fresh, ended]) waiting.reject(error);
  });
  // Whoever still waits learns of a death; the others have long been answered.
  for (const waiting of [open, warm, fresh, ended]) waiting.promise.catch(() => undefined);
  return open.promise;
}

function asError({ message, isUserError }: ThreadFailure): Error {
  return isUserError ? new UserError(message) : new Error(message);
}
