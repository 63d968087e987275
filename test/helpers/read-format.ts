import type { Decoded, PlacedRecord } from '../../src/formats/format.ts';
import { readFileHead } from '../../src/formats/reading/file-head.ts';
import { type FormatName, openReader, sniff } from '../../src/formats/table.ts';

/** What a file of these bytes is said to be. */
export function sniffed(bytes: Buffer | string): string {
  const found = sniff(readFileHead(Buffer.from(bytes as string), true));
  return found.kind === 'format' ? found.name : found.kind === 'refused' ? found.what : found.kind;
}

/** Reads a file as a format, in pieces of some sizes; the last size is repeated. */
export function readAs(
  name: FormatName,
  bytes: Buffer | string,
  sizes: readonly number[] = [1e9],
): readonly PlacedRecord[] {
  const whole = Buffer.from(bytes as string);
  const reader = openReader(name, readFileHead(whole, true));
  const records: PlacedRecord[] = [];
  let at = 0;
  for (let i = 0; at < whole.length; i++) {
    const size = Math.max(1, sizes[Math.min(i, sizes.length - 1)] ?? 1);
    records.push(...reader.push(whole.subarray(at, at + size)));
    at += size;
  }
  return [...records, ...reader.end()];
}

/** The same, as plain data that can be compared. */
export function plainRecords(records: readonly PlacedRecord[]): readonly unknown[] {
  return records.map(({ line, decoded }) => [line, plain(decoded)]);
}

function plain(decoded: Decoded): unknown {
  return JSON.parse(
    JSON.stringify(decoded, (_key, value: unknown) =>
      value instanceof Uint8Array || value instanceof Float64Array || value instanceof Uint32Array
        ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1')
        : value,
    ),
  );
}

/** Requests of what was read. */
export function exchangesOf(records: readonly PlacedRecord[]) {
  return records.flatMap(({ decoded }) => (typeof decoded === 'string' ? [] : [decoded]));
}

/** Reasons of what was left out. */
export function skipsOf(records: readonly PlacedRecord[]): readonly string[] {
  return records.flatMap(({ decoded }) => (typeof decoded === 'string' ? [decoded] : []));
}
