import type { RawAnswer } from '../model/completion.ts';
import type { ExchangeSink } from '../model/exchange.ts';
import type { RawResult, ResultSink } from '../model/result.ts';
import type { TapeRecord } from './tape-messages.ts';

/** Puts a record into the queue, giving the listed memory away; false when it was dropped. */
export type Offer = (record: TapeRecord, transfer: readonly ArrayBuffer[]) => boolean;

/** What a record without bodies occupies in the queue, bytes: an estimate on the safe side. */
const RECORD_BYTES = 2_048;

/**
 * A sink for a capture's exchanges. Bodies and read columns are given away: their memory is gone for the caller after
 * `end`, unless they were views on something larger, which are copied first.
 */
export function exchangeSink(captureId: number, offer: Offer): ExchangeSink {
  /** Exchanges whose start was dropped: their end was counted with it. */
  const dropped = new Set<number>();
  return {
    start(start) {
      const bytes = RECORD_BYTES + start.path.length;
      if (!offer({ kind: 'exchange-start', captureId, start, bytes }, [])) dropped.add(start.number);
    },
    part(number, { body, readUs, readBytes, ...sums }) {
      if (dropped.has(number)) return;
      const part = { ...sums, body: owned(body), ...ownedReads({ readUs, readBytes }) };
      const transfer = memoryOf(part);
      const bytes = RECORD_BYTES + sizeOf(transfer);
      if (offer({ kind: 'exchange-part', captureId, number, part, bytes }, transfer)) return;
      dropped.add(number);
      offer({ kind: 'exchange-forget', captureId, number, bytes: 0 }, []);
    },
    end(end) {
      if (dropped.delete(end.number)) return;
      const requestBody = owned(end.requestBody);
      const answer = ownedAnswer(end.answer);
      const transfer = [...memoryOf(answer), ...(requestBody === null ? [] : [requestBody.buffer])];
      const bytes = RECORD_BYTES + sizeOf(transfer);
      offer({ kind: 'exchange-end', captureId, end: { ...end, requestBody, answer }, bytes }, transfer);
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

type OwnedBytes = Uint8Array<ArrayBuffer>;
interface OwnedReads {
  readonly readUs: Float64Array<ArrayBuffer>;
  readonly readBytes: Uint32Array<ArrayBuffer>;
}
interface OwnedBody extends OwnedReads {
  readonly body: OwnedBytes | null;
}

/** The bytes in memory of their own: Node's pooled buffers cannot be transferred, and a view would drag its whole slab along. */
function owned(bytes: Uint8Array | null): OwnedBytes | null {
  if (bytes === null) return null;
  const whole = bytes.buffer instanceof ArrayBuffer && bytes.buffer.byteLength === bytes.byteLength;
  return whole ? (bytes as OwnedBytes) : new Uint8Array(bytes);
}

function ownedAnswer(answer: RawAnswer): RawAnswer & OwnedBody {
  return { ...answer, body: owned(answer.body), ...ownedReads(answer) };
}

function ownedReads({ readUs, readBytes }: Pick<RawAnswer, 'readUs' | 'readBytes'>): OwnedReads {
  return {
    readUs:
      readUs.buffer.byteLength === readUs.byteLength ? (readUs as Float64Array<ArrayBuffer>) : readUs.slice(),
    readBytes:
      readBytes.buffer.byteLength === readBytes.byteLength
        ? (readBytes as Uint32Array<ArrayBuffer>)
        : readBytes.slice(),
  };
}

function memoryOf({ body, readUs, readBytes }: OwnedBody): ArrayBuffer[] {
  return [...(body === null ? [] : [body.buffer]), readUs.buffer, readBytes.buffer];
}

function sizeOf(memory: readonly ArrayBuffer[]): number {
  return memory.reduce((sum, buffer) => sum + buffer.byteLength, 0);
}
