import type { Drops } from '../../model/exchange.ts';
import { openRemote } from '../../model/remote.ts';
import type { TapeReadings } from '../record-batch.ts';
import { type LedgerPage, markSaid, readLedger } from './begun-ledger.ts';
import { type ServedCounters, ServedTape } from './serve-tape-thread.ts';
import type { TapeThreadData } from './tape-messages.ts';

/** How often the process of a recorder that was killed tries to write what it still has, and how long it waits between, ms. */
const ABANDON_TRIES = 60;
const ABANDON_EVERY_MS = 1_000;

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
  // A service manager such as systemd may signal all processes of a service: this one ends after the recorder.
  for (const name of ['SIGINT', 'SIGTERM', 'SIGQUIT', 'SIGHUP'] as const) process.on(name, () => undefined);
  let tape: ServedTape | null = null;
  let ledger: LedgerPage | null = null;
  process.once('message', (data) => {
    try {
      const given = data as Omit<TapeThreadData, 'counters'>;
      ledger = given.ledger ?? null;
      tape = serve(given, readingsFor);
    } catch (error) {
      // Who waits for the tape to be opened has it.
      openRemote(LINE, { flush: () => Promise.reject(error) }, 'the recorder');
    }
  });
  process.once('disconnect', () => {
    const counts = ledger === null ? null : readLedger(ledger);
    let tries = ABANDON_TRIES;
    const abandon = (): void => {
      try {
        tape?.abandon(counts);
      } catch {
        // A full disk may get room again.
        tries -= 1;
        if (tries > 0) {
          setTimeout(abandon, ABANDON_EVERY_MS);
          return;
        }
      }
      process.exit();
    };
    abandon();
  });
}

function serve(
  data: Omit<TapeThreadData, 'counters'>,
  readingsFor: (policy: unknown) => TapeReadings,
): ServedTape {
  let others: { readonly waiting: number; readonly drops: Drops; readonly takenOver: number } = {
    waiting: 0,
    drops: {},
    takenOver: 0,
  };
  const done = { bytes: 0, lost: 0, isFailing: false, isNearlyFull: false };
  let lostBefore = 0;

  function report(ends: number): void {
    LINE.postMessage({ name: 'counted', args: [{ ...done, ends }] });
    lostBefore += done.lost;
    Object.assign(done, { bytes: 0, lost: 0 });
  }

  const counters: ServedCounters = {
    waitingBytes: () => others.waiting,
    takenOver: () => others.takenOver,
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
  return new ServedTape(LINE, data, counters, readingsFor, {
    methods: {
      sync(waiting: number, drops: Drops, takenOver: number) {
        others = { waiting, drops, takenOver };
      },
    },
    settled: report,
    ended: () => data.ledger && markSaid(data.ledger, others.takenOver),
  });
}
