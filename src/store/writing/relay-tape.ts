import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { openRemote } from '../../model/remote.ts';
import { type PlaceWatch, watchPlace } from '../tape-place.ts';
import { handOver } from './begun-ledger.ts';
import { tapeCounters } from './tape-counters.ts';
import type {
  TapeEvents,
  TapeProcessEvents,
  TapeProcessMethods,
  TapeQueueMethods,
  TapeThreadData,
} from './tape-messages.ts';

/**
 * The young generation of the process's heap, MB twice over. At its default it grows with 10,000 chunks/s by 2 MB/s, and V8
 * gives nothing back; so small it stays level and costs no more CPU.
 */
const YOUNG_MB = 2;

/** How often the process is notified of its backlog, ms. */
const SYNC_EVERY_MS = 100;

/** How long the end of the process is waited for, ms; it has nothing left to do. */
const LONGEST_END_MS = 2_000;

/** What the ledger's file is called in that process: the first behind stdin, stdout, stderr and the line to this one. */
const LEDGER_FD = 4;

/** What the process is asked as it was asked here. */
const HANDED_ON = [
  'beginCapture',
  'endCapture',
  'addServerStates',
  'beginRun',
  'moveRun',
  'breakResults',
  'endRun',
  'toldElsewhere',
] as const;

/**
 * The main of a tape's thread whose tape is written by a process apart: what ends that process, such as a signal for memory
 * that another program truncated under the tape's index, leaves this one. It hands everything on, and counts as lost what the
 * process had not written when it ended.
 * @param processUrl the process's entry file: it calls `serveTapeProcess`
 */
export function relayTape(processUrl: URL): void {
  if (parentPort === null) throw new Error('relayTape runs in a worker thread only');
  const data = workerData as TapeThreadData;
  const { path, ledger = null } = data;
  const counters = tapeCounters(data.counters);
  const child = startProcess(processUrl, data);
  /** Sent and not worked off. */
  const pending = { bytes: 0, ends: 0 };
  /** Exchanges that have ended on the tape, and those of them that the process has lost. */
  const ended = { all: 0, lost: 0 };
  let place: PlaceWatch | null = null;
  let isGone = false;
  let isClosing = false;

  const line = {
    postMessage: (message: unknown) => void (child.connected && child.send(message as object)),
    on: (event: string, listener: (value: unknown) => void) => child.on(event, listener),
  };
  const events: TapeProcessEvents = {
    overflowed: () => owner.notify('overflowed'),
    lost: (why, failing) => owner.notify('lost', why, failing),
    recovered: () => owner.notify('recovered'),
    left(where) {
      if (where === 'gone') giveUp(0);
      owner.notify('left', where);
    },
    died: (why) => owner.notify('died', why),
    samples: (samples) => owner.notify('samples', samples),
    counted({ bytes, ends, lost, isFailing, isNearlyFull }) {
      pending.bytes -= bytes;
      pending.ends -= ends;
      ended.all += ends;
      ended.lost += lost;
      counters.dequeue(bytes);
      counters.drop('write_failed', lost);
      counters.setFailing(isFailing);
      counters.setNearlyFull(isNearlyFull);
    },
  };
  const tape = openRemote<TapeProcessMethods>(line, events, 'the process that writes the tape');
  const timer = setInterval(sync, SYNC_EVERY_MS);

  function sync(): void {
    const { queue_full = 0, write_failed = 0 } = counters.drops();
    const drops = { queue_full, write_failed: write_failed - ended.lost };
    tape.notify('sync', counters.waitingBytes(), drops, counters.takenOver());
  }

  function watch(): void {
    try {
      place ??= watchPlace(path);
    } catch {
      // It has left already, which its writer sees.
    }
  }

  /** @param kept exchanges that can be read on it */
  function giveUp(kept: number): void {
    if (ledger !== null) handOver(ledger, kept);
  }

  function losePending(): void {
    counters.dequeue(pending.bytes);
    counters.drop('write_failed', pending.ends);
    Object.assign(pending, { bytes: 0, ends: 0 });
  }

  void tape.gone.then(() => {
    isGone = true;
    clearInterval(timer);
    if (isClosing) return;
    // It may have died before it saw that its file was moved.
    giveUp(place?.look() === 'gone' ? 0 : ended.all - ended.lost);
    losePending();
    counters.setFailing(true);
    owner.notify('died', child.signalCode ?? `exit code ${child.exitCode}`);
  });

  const queue: TapeQueueMethods = {
    /** An exchange counts once, by its end. */
    records(packet) {
      pending.bytes += packet.bytes;
      pending.ends += packet.ends;
      if (isGone) losePending();
      else tape.notify('records', packet);
      // It was copied on its way: the collector would free it, but late.
      packet.data.buffer.transfer(0);
    },
    results: (runId, pack) => tape.notify('results', runId, pack),
    async flush() {
      if (isGone) return;
      await tape.call('flush');
      watch();
    },
  };
  const handOn = (name: (typeof HANDED_ON)[number]) => {
    return (...args: never): Promise<unknown> => {
      sync();
      return tape.call(name, ...(args as [never, never]));
    };
  };
  const methods = {
    ...queue,
    ...Object.fromEntries(HANDED_ON.map((name) => [name, handOn(name)])),
    connect: (to: { readonly port: MessagePort }) =>
      void openRemote(to.port, queue, 'a thread that writes to the tape'),
    async close() {
      isClosing = true;
      try {
        if (!isGone) await tape.call('close');
      } finally {
        if (child.connected) child.disconnect();
        place?.close();
        // This thread ends next: a process whose end it had not seen would stay in the system's table, one for each tape.
        await Promise.race([tape.gone, sleep(LONGEST_END_MS)]);
      }
    },
  };
  const owner = openRemote<TapeEvents>(parentPort, methods, 'the thread that opened the tape');
}

function startProcess(url: URL, { counters, ledger = null, ...data }: TapeThreadData): ChildProcess {
  // In its own session, where Ctrl-C of a terminal does not reach it: it ends when its last record is on disk.
  const child = fork(fileURLToPath(url), {
    execArgv: [...process.execArgv, `--min-semi-space-size=${YOUNG_MB}`, `--max-semi-space-size=${YOUNG_MB}`],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc', ...(ledger === null ? [] : [ledger.fd])],
    detached: true,
  });
  child.send({ ...data, ledger: ledger && { fd: LEDGER_FD, at: ledger.at } });
  return child;
}
