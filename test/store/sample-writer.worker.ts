import { parentPort } from 'node:worker_threads';
import { openRemote } from '../../src/model/remote.ts';
import { openTapeQueue, type TapeConnection } from '../../src/store/writing/tape-queue.ts';
import { rawResult } from '../helpers/sample-records.ts';

/** A thread that writes results to a tape. */
export interface Writer {
  write(tape: TapeConnection, runId: number, from: number, count: number): Promise<void>;
}

const methods: Writer = {
  async write(tape, runId, from, count) {
    const queue = openTapeQueue(tape);
    const results = queue.resultSink(runId);
    for (let seq = from; seq < from + count; seq++) results.addAll([rawResult(seq)]);
    await queue.flush();
    queue.close();
  },
};

if (parentPort !== null) openRemote(parentPort, methods, 'the test');
