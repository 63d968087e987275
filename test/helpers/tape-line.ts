import { MessageChannel } from 'node:worker_threads';
import { giveAway, openRemote } from '../../src/model/remote.ts';
import type { RawResult } from '../../src/model/result.ts';
import { unpackRecords } from '../../src/store/writing/record-packet.ts';
import { unpackResults } from '../../src/store/writing/result-pack.ts';
import { tapeCounters } from '../../src/store/writing/tape-counters.ts';
import type { ExchangeRecord, TapeQueueMethods } from '../../src/store/writing/tape-messages.ts';
import type { TapeConnection } from '../../src/store/writing/tape-queue.ts';

/** A tape's thread as those see it that write to it, without a tape: it keeps what comes over its lines. */
export function tapeLine(queueBytes = 1e9) {
  const counters = tapeCounters();
  const results: RawResult[] = [];
  const records: ExchangeRecord[] = [];
  const methods: TapeQueueMethods = {
    records: (packet) => void records.push(...unpackRecords(packet)),
    results: (_runId, pack) => void results.push(...unpackResults(pack)),
    flush: () => undefined,
  };
  return {
    results,
    records,
    counters,
    connect(): TapeConnection {
      const { port1, port2 } = new MessageChannel();
      openRemote(port2, methods, 'the test');
      return giveAway({ port: port1, counters: counters.shared, queueBytes, ledger: null }, [port1]);
    },
  };
}
