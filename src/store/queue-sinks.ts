import type { ExchangeSink } from '../model/exchange.ts';
import type { RawResult, ResultSink } from '../model/result.ts';
import type { TapeRecord } from './tape-messages.ts';

/** Puts a record into the queue, giving the listed memory away; false when it was dropped. */
export type Offer = (record: TapeRecord, transfer: readonly ArrayBuffer[]) => boolean;

/** What a record without bodies occupies in the queue, bytes: an estimate on the safe side. */
const RECORD_BYTES = 2_048;

/**
 * A sink for a capture's exchanges. Bodies and read columns are given away, as a body log takes them out: arrays with
 * memory of their own, which the caller no longer has after `part` and `end`.
 */
export function exchangeSink(captureId: number, offer: Offer): ExchangeSink {
  /** Exchanges that were dropped before their end, and counted. */
  const dropped = new Set<number>();

  /** The row of what has started goes too: it would look as if the recorder had died. */
  function forget(number: number): void {
    offer({ kind: 'exchange-forget', captureId, number, bytes: 0 }, []);
  }

  return {
    start(start) {
      const bytes = RECORD_BYTES + start.path.length;
      if (!offer({ kind: 'exchange-start', captureId, start, bytes }, [])) dropped.add(start.number);
    },
    part(number, part) {
      if (dropped.has(number)) return;
      const transfer = memoryOf(part.body, part.readUs, part.readBytes);
      const bytes = RECORD_BYTES + sizeOf(transfer);
      if (offer({ kind: 'exchange-part', captureId, number, part, bytes }, transfer)) return;
      dropped.add(number);
      forget(number);
    },
    end(end) {
      if (dropped.delete(end.number)) return;
      const { body, readUs, readBytes } = end.answer;
      const transfer = memoryOf(end.requestBody, body, readUs, readBytes);
      const bytes = RECORD_BYTES + sizeOf(transfer);
      if (!offer({ kind: 'exchange-end', captureId, end, bytes }, transfer)) forget(end.number);
    },
  };
}

/** A sink for a run's results; they are copied on their way. */
export function resultSink(runId: number, offer: Offer): ResultSink {
  return {
    add: (result) => offer(resultRecord(runId, result), []),
  };
}

/** A result with what it occupies in the queue: the same on both sides of it. */
export function resultRecord(runId: number, result: RawResult): TapeRecord & { readonly kind: 'result' } {
  const { body, readUs, readBytes } = result.answer;
  const memory = (body?.byteLength ?? 0) + readUs.byteLength + readBytes.byteLength;
  return { kind: 'result', runId, result, bytes: RECORD_BYTES + memory };
}

/** The memory behind arrays that are the only ones to use it. */
function memoryOf(...arrays: readonly (ArrayBufferView | null)[]): ArrayBuffer[] {
  return arrays.flatMap((array) =>
    array !== null && array.buffer instanceof ArrayBuffer && array.byteLength === array.buffer.byteLength
      ? [array.buffer]
      : [],
  );
}

function sizeOf(memory: readonly ArrayBuffer[]): number {
  return memory.reduce((sum, buffer) => sum + buffer.byteLength, 0);
}
