import type { MessagePort } from 'node:worker_threads';
import type { ExchangeSink } from '../../model/exchange.ts';
import { giveAway, openRemote } from '../../model/remote.ts';
import { memoryOfResult, type ResultBatchSink } from '../../model/result.ts';
import { type LedgerPage, ledgerCounter } from './begun-ledger.ts';
import { bytesOf, RecordPacker } from './record-packet.ts';
import { memoryOfPack, packResults } from './result-pack.ts';
import { recordBytes, tapeCounters } from './tape-counters.ts';
import type { ExchangeRecord, RecordPacket, TapeQueueMethods } from './tape-messages.ts';

/** A line to a tape's thread, for one thread that writes to it: it moves to that thread when it is sent there. */
export interface TapeConnection {
  readonly port: MessagePort;
  readonly counters: SharedArrayBuffer;
  /** The most that may wait for the tape's thread before records are dropped, from all threads together. */
  readonly queueBytes: number;
  /** Where it counts the exchanges that begin, null for nowhere. */
  readonly ledger: (LedgerPage & { readonly slot: number }) | null;
}

/** The way of one thread's records to the tape. Its sinks return at once and never throw: what is dropped is counted. */
export interface TapeQueue {
  exchangeSink(captureId: number): ExchangeSink;
  resultSink(runId: number): ResultBatchSink;
  /** Why nothing can be written at the moment, null when all is well. */
  trouble(): string | null;
  /**
   * Resolves when everything that was given before is on disk, or counted as lost.
   * @throws Error (as a rejection) when the tape's thread has ended
   */
  flush(): Promise<void>;
  /** Gives the line up; what was not flushed may be lost. */
  close(): void;
}

/** A lost result would falsify a run, a lost exchange only thins a recording: results may fill the queue as often. */
const RESULTS_SHARE = 4;

/** Opens this thread's end of a line to a tape's thread. */
export function openTapeQueue({ port, counters: shared, queueBytes, ledger }: TapeConnection): TapeQueue {
  const counters = tapeCounters(shared);
  const tape = openRemote<TapeQueueMethods>(port, {}, 'the thread that writes the tape');
  const countBegun = ledger === null ? () => undefined : ledgerCounter(ledger, ledger.slot);
  let alive = true;
  void tape.gone.then(() => {
    alive = false;
  });
  const outbox = createOutbox((packet) => tape.notify('records', giveAway(packet, [packet.data.buffer])));

  /** Whether a record may be sent; otherwise it is counted as dropped. */
  function admit(bytes: number, limitBytes: number): boolean {
    const admitted = alive && counters.enqueue(bytes, limitBytes);
    if (!admitted) counters.drop(alive ? 'queue_full' : 'write_failed', 1);
    return admitted;
  }

  return {
    exchangeSink: (captureId) =>
      exchangeSink(captureId, (record) => {
        if (record.kind === 'exchange-start') countBegun();
        const admitted = record.kind === 'exchange-forget' ? alive : admit(record.bytes, queueBytes);
        if (admitted) outbox.push(record);
        return admitted;
      }),
    resultSink: (runId) => ({
      addAll(results) {
        const admitted = results.filter((result) =>
          admit(recordBytes(memoryOfResult(result)), RESULTS_SHARE * queueBytes),
        );
        if (admitted.length === 0) return;
        const pack = packResults(admitted);
        for (const { answer } of admitted) freeLong(answer.body);
        // A result names its exchange, whose row may still be in the outbox.
        outbox.flush();
        tape.notify('results', runId, giveAway(pack, memoryOfPack(pack)));
      },
    }),
    trouble() {
      return !alive ? 'the thread that writes the tape has ended' : counters.trouble(queueBytes);
    },
    flush() {
      outbox.flush();
      return tape.call('flush');
    },
    close() {
      outbox.flush();
      port.close();
    },
  };
}

/** Bodies that are shorter are left to the collector, bytes. */
const LONG_BYTES = 4_096;

/** Frees a body that was copied: what waits for the collector makes it look at the whole heap, a pause of some milliseconds. */
function freeLong(body: Uint8Array | null): void {
  if (body === null || body.length < LONG_BYTES || body.length !== body.buffer.byteLength) return;
  (body.buffer as ArrayBuffer).transfer(0);
}

/** How long records wait for others, ms; the process that writes the tape commits half as often. */
const COLLECT_MS = 50;

/** As soon as records with this much memory have come they are sent, bytes. */
const COLLECT_BYTES = 1024 * 1024;

/**
 * Collects records into one message: to wake the other thread, and it the process that writes the tape, costs more than a
 * record itself, and takes the CPU from the very answer that is on its way. What is lost here when this process is killed
 * was counted in the ledger when it began.
 */
function createOutbox(send: (packet: RecordPacket) => void) {
  const packer = new RecordPacker();
  let timer: NodeJS.Timeout | null = null;

  function flush(): void {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const packet = packer.take();
    if (packet !== null) send(packet);
  }

  return {
    push(record: ExchangeRecord): void {
      timer ??= setTimeout(flush, COLLECT_MS);
      packer.add(record);
      if (packer.bytes >= COLLECT_BYTES) flush();
    },
    flush,
  };
}

/** Takes a record; false when it was dropped. */
type Offer = (record: ExchangeRecord) => boolean;

/**
 * A sink for a capture's exchanges. Bodies and stamps of reads are given away: the caller no longer has them after `part` and
 * `end`.
 */
export function exchangeSink(captureId: number, offer: Offer): ExchangeSink {
  /** Exchanges that were dropped before their end, and counted. */
  const dropped = new Set<number>();

  /** The row of what has started goes too: it would look as if the recorder had died. */
  function forget(number: number): void {
    offer({ kind: 'exchange-forget', captureId, number, bytes: 0 });
  }

  return {
    start(start) {
      const bytes = recordBytes(start.path.length);
      if (!offer({ kind: 'exchange-start', captureId, start, bytes })) dropped.add(start.number);
    },
    part(number, part) {
      if (dropped.has(number)) return;
      const bytes = recordBytes(bytesOf(part.body, part.readUs, part.readBytes));
      if (offer({ kind: 'exchange-part', captureId, number, part, bytes })) return;
      dropped.add(number);
      forget(number);
    },
    end(end) {
      if (dropped.delete(end.number)) return;
      const { body, readUs, readBytes } = end.answer;
      const bytes = recordBytes(bytesOf(end.requestBody, body, readUs, readBytes));
      if (!offer({ kind: 'exchange-end', captureId, end, bytes })) forget(end.number);
    },
  };
}
