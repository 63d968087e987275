import type { Drops } from '../../model/exchange.ts';
import { openRemote } from '../../model/remote.ts';
import type { TapeReadings } from '../record-batch.ts';
import { serveTape } from './serve-tape-thread.ts';
import type { TapeCounters } from './tape-counters.ts';
import type { TapeThreadData } from './tape-messages.ts';

/** The line to the process that started this one. */
const LINE = {
  postMessage: (message: unknown) => void (process.connected && process.send?.(message)),
  on: (event: string, listener: (value: unknown) => void) => process.on(event, listener),
};

/**
 * The main of a process that writes a tape for `relayTape` of the process that started it, and ends with that one. Call it
 * once.
 * @param readingsFor the policy that the tape's thread was started with
 */
export function serveTapeProcess(readingsFor: (policy: unknown) => TapeReadings): void {
  let close = (): void => undefined;
  process.once('message', (data) => {
    try {
      close = serve(data as Omit<TapeThreadData, 'counters'>, readingsFor);
    } catch (error) {
      // Who waits for the tape to be opened has it.
      openRemote(LINE, { flush: () => Promise.reject(error) }, 'the recorder');
    }
  });
  process.once('disconnect', () => {
    // Unless it was asked to before, as when the recorder is killed: what had been sent is on disk then.
    close();
    process.exit();
  });
}

function serve(
  data: Omit<TapeThreadData, 'counters'>,
  readingsFor: (policy: unknown) => TapeReadings,
): () => void {
  let others: { readonly waiting: number; readonly drops: Drops } = { waiting: 0, drops: {} };
  const done = { bytes: 0, lost: 0, isFailing: false, isNearlyFull: false };
  let lostBefore = 0;

  function report(ends: number): void {
    LINE.postMessage({ name: 'counted', args: [{ ...done, ends }] });
    lostBefore += done.lost;
    Object.assign(done, { bytes: 0, lost: 0 });
  }

  const counters: Omit<TapeCounters, 'shared'> = {
    waitingBytes: () => others.waiting,
    enqueue: () => true,
    dequeue(bytes) {
      done.bytes += bytes;
    },
    // At once: what is said of it after this has the number.
    drop(_reason, records) {
      done.lost += records;
      report(0);
    },
    drops: () => ({
      ...others.drops,
      write_failed: (others.drops.write_failed ?? 0) + lostBefore + done.lost,
    }),
    setFailing(failing) {
      done.isFailing = failing;
      report(0);
    },
    setNearlyFull(nearlyFull) {
      done.isNearlyFull = nearlyFull;
    },
    trouble: () => null,
  };
  return serveTape(LINE, data, counters, readingsFor, {
    methods: {
      sync(waiting: number, drops: Drops) {
        others = { waiting, drops };
      },
    },
    settled: report,
  });
}
