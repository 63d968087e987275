import type { Worker } from 'node:worker_threads';
import type { TapeRecord, ToTapeThread } from './tape-messages.ts';

/** Records on their way to the tape's thread. */
export interface Outbox {
  /** Takes a record, and the memory that is given away with it. */
  push(record: TapeRecord, transfer: readonly ArrayBuffer[]): void;
  /** Sends what there is now; whoever sends something else after it has to. */
  flush(): void;
}

/**
 * Collects the records of one turn of the event loop into one message: a batch of streams gets its tokens, and its ends,
 * at the same instant, and to wake the other thread for each costs more than the record itself.
 */
export function createOutbox(worker: Pick<Worker, 'postMessage'>): Outbox {
  let records: TapeRecord[] = [];
  let memory: ArrayBuffer[] = [];

  function flush(): void {
    if (records.length === 0) return;
    worker.postMessage({ kind: 'records', records } satisfies ToTapeThread, memory);
    records = [];
    memory = [];
  }

  return {
    push(record, transfer) {
      if (records.length === 0) setImmediate(flush);
      records.push(record);
      memory.push(...transfer);
    },
    flush,
  };
}
