import type { LoggedBody } from '../../model/body-log.ts';
import type { ExchangeRecord, RecordPacket } from './tape-messages.ts';

/** What a packer begins with, bytes. */
const FIRST_BYTES = 64 * 1024;

/** Four numbers of four bytes: bytes of the JSON, reads, and bytes of both bodies, one more where there is a body. */
const SIZES_BYTES = 16;

/** Arrays that are larger are freed at once, bytes: what waits for the collector makes it look at the whole heap. */
const FREED_BYTES = 4_096;

type Read = Pick<LoggedBody, 'body' | 'readUs' | 'readBytes'>;

const NOTHING: Read = { body: null, readUs: new Float64Array(0), readBytes: new Uint32Array(0) };

const LEFT_OUT = { body: null, readUs: null, readBytes: null } as const;

function withoutArrays(record: ExchangeRecord): object {
  if (record.kind === 'exchange-part') return { ...record, part: { ...record.part, ...LEFT_OUT } };
  if (record.kind !== 'exchange-end') return record;
  const { end } = record;
  return { ...record, end: { ...end, requestBody: null, answer: { ...end.answer, ...LEFT_OUT } } };
}

/** Packs records as they come. Their arrays are given away: the caller has them no more. */
export class RecordPacker {
  private memory = Buffer.allocUnsafeSlow(FIRST_BYTES);
  private length = 0;
  private ends = 0;
  /** What the records count while they wait. */
  bytes = 0;

  add(record: ExchangeRecord): void {
    const text = JSON.stringify(withoutArrays(record));
    const requestBody = record.kind === 'exchange-end' ? record.end.requestBody : null;
    const { body, readUs, readBytes } =
      record.kind === 'exchange-end'
        ? record.end.answer
        : record.kind === 'exchange-part'
          ? record.part
          : NOTHING;
    // A character of UTF-16 takes three bytes at the most.
    this.reserve(SIZES_BYTES + 3 * text.length + bytesOf(requestBody, body, readUs, readBytes) + 16);
    const { memory, length } = this;
    const textBytes = memory.write(text, length + SIZES_BYTES);
    memory.writeUInt32LE(textBytes, length);
    memory.writeUInt32LE(readUs.length, length + 4);
    memory.writeUInt32LE(requestBody === null ? 0 : requestBody.length + 1, length + 8);
    memory.writeUInt32LE(body === null ? 0 : body.length + 1, length + 12);
    let at = aligned(length + SIZES_BYTES + textBytes);
    for (const array of [readUs, readBytes, requestBody, body]) {
      if (array === null) continue;
      memory.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
      at += array.byteLength;
      if (array.buffer.byteLength > FREED_BYTES) (array.buffer as ArrayBuffer).transfer(0);
    }
    this.length = aligned(at);
    this.bytes += record.bytes;
    if (record.kind === 'exchange-end') this.ends += 1;
  }

  /** What was added since the last call, in memory that is not used again here; null for nothing. */
  take(): RecordPacket | null {
    const { memory, length, bytes, ends } = this;
    if (length === 0) return null;
    this.memory = Buffer.allocUnsafeSlow(FIRST_BYTES);
    this.length = 0;
    this.bytes = 0;
    this.ends = 0;
    return { bytes, ends, data: new Uint8Array(memory.buffer, 0, length) };
  }

  private reserve(bytes: number): void {
    const wanted = this.length + bytes;
    if (wanted <= this.memory.length) return;
    // Unlike a copy it frees the smaller one at once.
    const larger = this.memory.buffer.transfer(Math.max(wanted, 2 * this.memory.length));
    this.memory = Buffer.from(larger);
  }
}

/** Bytes of arrays. */
export function bytesOf(...arrays: readonly (ArrayBufferView | null)[]): number {
  return arrays.reduce((sum, array) => sum + (array?.byteLength ?? 0), 0);
}

function aligned(at: number): number {
  return 8 * Math.ceil(at / 8);
}

/** The records of a packet, in order. Their arrays are views of one copy of it, but for those that are kept for long. */
export function unpackRecords({ data }: RecordPacket): ExchangeRecord[] {
  const memory = Buffer.allocUnsafeSlow(data.length);
  memory.set(data);
  const { buffer } = memory;
  const records: ExchangeRecord[] = [];
  let at = 0;
  function body(size: number): Uint8Array | null {
    if (size === 0) return null;
    at += size - 1;
    return new Uint8Array(buffer, at - (size - 1), size - 1);
  }
  while (at < memory.length) {
    const [textBytes = 0, reads = 0, sent = 0, answered = 0] = new Uint32Array(buffer, at, 4);
    at += SIZES_BYTES;
    const record = JSON.parse(memory.toString('utf8', at, at + textBytes)) as ExchangeRecord;
    at = aligned(at + textBytes);
    const readUs = new Float64Array(buffer, at, reads);
    const readBytes = new Uint32Array(buffer, at + 8 * reads, reads);
    at += 12 * reads;
    const requestBody = body(sent);
    records.push(withArrays(record, requestBody, { body: body(answered), readUs, readBytes }));
    at = aligned(at);
  }
  return records;
}

function withArrays(record: ExchangeRecord, requestBody: Uint8Array | null, read: Read): ExchangeRecord {
  if (record.kind === 'exchange-end')
    return { ...record, end: { ...record.end, requestBody, answer: { ...record.end.answer, ...read } } };
  if (record.kind !== 'exchange-part') return record;
  // It waits for the end of its exchange, and would keep all of the packet.
  const { body, readUs, readBytes } = read;
  const own = { body: body && new Uint8Array(body), readUs: readUs.slice(), readBytes: readBytes.slice() };
  return { ...record, part: { ...record.part, ...own } };
}
