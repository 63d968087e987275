import type { Worker } from 'node:worker_threads';
import type { RawResult } from '../model/result.ts';
import { memoryOfPack, packResults } from '../model/result-pack.ts';
import type { TapeRecord, ToTapeThread } from './tape-messages.ts';

/** Records on their way to the tape's thread. */
export interface Outbox {
  /** Takes a record, and the memory that is given away with it. */
  push(record: TapeRecord, transfer: readonly ArrayBuffer[]): void;
  /** Sends what there is now; whoever sends something else after it has to. */
  flush(): void;
}

/**
 * Collects the records of one turn of the event loop into one message, and its results into another: a batch of streams
 * gets its tokens, and its ends, at the same instant, and to wake the other thread for each costs more than the record
 * itself.
 */
export function createOutbox(worker: Pick<Worker, 'postMessage'>): Outbox {
  let records: TapeRecord[] = [];
  let memory: ArrayBuffer[] = [];
  let results = new Map<number, RawResult[]>();
  let armed = false;

  function flush(): void {
    armed = false;
    if (records.length > 0) worker.postMessage({ kind: 'records', records } satisfies ToTapeThread, memory);
    for (const [runId, ofRun] of results) {
      const pack = packResults(ofRun);
      worker.postMessage({ kind: 'results', runId, pack } satisfies ToTapeThread, memoryOfPack(pack));
    }
    records = [];
    memory = [];
    results = new Map();
  }

  return {
    push(record, transfer) {
      if (!armed) setImmediate(flush);
      armed = true;
      if (record.kind === 'result') {
        const ofRun = results.get(record.runId);
        if (ofRun === undefined) results.set(record.runId, [record.result]);
        else ofRun.push(record.result);
        return;
      }
      records.push(record);
      memory.push(...transfer);
    },
    flush,
  };
}
