import { Worker } from 'node:worker_threads';
import { worstLoop } from '../../../measure/loop-monitor.ts';
import { localRemote, openRemote, type Remote } from '../../../model/remote.ts';
import { joinOutcomes, type LoadSpec, WHOLE, wholeShare } from '../../../replay/engine/load-spec.ts';
import { slotsOfShard } from '../../../replay/plan/threads.ts';
import type { TapeThread } from '../../../store/writing/tape-thread.ts';
import { keepYoungHeapsSmall } from '../../heap-size.ts';
import { workerFile } from '../../worker-file.ts';
import { createShareSender, type LiveRequests, type SentShare, type ShareSender } from './share-sender.ts';

/** A load whose connections are open and warm, on one thread or several. */
export interface Senders {
  /** Threads that send: never more than there are connections. */
  readonly workers: number;
  /** Requests that are on their way now. */
  inFlight(): number;
  /**
   * Opens again what was closed while the server was asked something. Call it right before `run`.
   * @returns false when it was stopped
   * @throws UserError (as a rejection) when the target cannot be reached any more
   */
  refresh(): Promise<boolean>;
  /**
   * Sends the load and writes its results; they are on the tape when this resolves, or counted as lost.
   * @param startedUs monotonic instant that is the zero of all results, a moment ahead
   */
  run(startedUs: number, runId: number, tape: Pick<TapeThread, 'connect'>): Promise<SentShare>;
  close(): void;
}

/** One thread that sends, or this one. */
interface SenderThread {
  readonly sender: Remote<ShareSender>;
  end(): void;
}

/**
 * Opens and warms everything that a load needs. One worker sends on this thread.
 * @param mostWorkers threads that send, or fewer where there is no connection for each
 * @param signal aborts the current step: opening, warm-up or run
 * @param live makes the requests during the run; one thread, this one, sends them
 * @returns null when it was stopped before all connections were open and warm
 * @throws UserError (as a rejection) when the target cannot be reached
 */
export async function openSenders(
  spec: LoadSpec,
  mostWorkers: number,
  signal: AbortSignal,
  live: LiveRequests | null = null,
): Promise<Senders | null> {
  keepYoungHeapsSmall();
  const slots = slotsOfShard(spec.cell, spec.load, spec.shard ?? WHOLE);
  const workers = live === null ? Math.min(mostWorkers, slots.length) : 1;
  const whole = wholeShare(spec.cell.threads);
  const inFlight = new Int32Array(whole.inFlight);
  const threads = Array.from({ length: workers }, workers === 1 ? () => thisThread(live) : startThread);
  const all = <T>(call: (sender: Remote<ShareSender>, worker: number) => Promise<T>): Promise<T[]> =>
    Promise.all(threads.map(({ sender }, worker) => call(sender, worker)));
  const stop = (): void => {
    for (const { sender } of threads) sender.notify('stop');
  };
  const close = (): void => {
    signal.removeEventListener('abort', stop);
    for (const { end } of threads) end();
  };
  /** False when it was stopped meanwhile, which is then why it failed. */
  const unlessStopped = async (work: Promise<unknown>): Promise<boolean> => {
    await work.catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
    return !signal.aborted;
  };

  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    const open = all((sender, worker) => sender.call('open', spec, { ...whole, worker, workers }));
    const ready = open.then(() => all((sender) => sender.call('warmUp')));
    if (!(await unlessStopped(ready))) {
      close();
      return null;
    }
  } catch (error) {
    close();
    throw error;
  }
  return {
    workers,
    inFlight: () => Atomics.load(inFlight, 0),
    refresh: () => unlessStopped(all((sender) => sender.call('refresh'))),
    async run(startedUs, runId, tape) {
      const sent = await all((sender) => sender.call('run', startedUs, runId, tape.connect()));
      return {
        outcome: joinOutcomes(sent.map(({ outcome }) => outcome)),
        connectionsOpen: sent.reduce((sum, part) => sum + part.connectionsOpen, 0),
        lateUs: Math.max(...sent.map(({ lateUs }) => lateUs)),
        loop: worstLoop(sent.map(({ loop }) => loop)),
        fingerprint: sent.find(({ fingerprint }) => fingerprint !== null)?.fingerprint ?? null,
      };
    },
    close,
  };
}

function thisThread(live: LiveRequests | null): SenderThread {
  const sender = createShareSender(live);
  return { sender: localRemote(sender), end: sender.close };
}

function startThread(): SenderThread {
  const worker = new Worker(workerFile('sender', import.meta.url));
  return {
    sender: openRemote<ShareSender>(worker, {}, 'a thread that sends'),
    end: () => void worker.terminate(),
  };
}
