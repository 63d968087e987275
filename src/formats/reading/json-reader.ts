import { isUtf8 } from 'node:buffer';
import type { ImportSkipReason } from '../../model/import-note.ts';
import { asArray, asObject, type JsonObject, parseObject } from '../../model/json.ts';
import type { Decoded, Format, PlacedRecord, RecordReader } from '../format.ts';
import { createLineCutter, MAX_RECORD_BYTES } from './byte-lines.ts';
import { createElementScanner } from './element-scanner.ts';

/** One record of a file of JSON. */
export interface JsonRecord {
  readonly document: JsonObject;
  /** As it is written. */
  readonly bytes: Uint8Array;
}

/** Says what a record is; called for the records of one file in their order. One record may hold several requests. */
export type JsonDecode = (record: JsonRecord) => Decoded | readonly Decoded[];

/** How a format in JSON differs from others. */
export interface JsonFormat extends Format {
  /** Whether an object is a record of it. */
  owns(document: JsonObject): boolean;
  decoder(): JsonDecode;
}

/**
 * A format whose records are JSON objects: one a line, elements of an array, or the whole file.
 * @param maxBytes a longer record is skipped
 */
export function jsonFormat(
  owns: (document: JsonObject) => boolean,
  decoder: () => JsonDecode,
  maxBytes = MAX_RECORD_BYTES,
): JsonFormat {
  return {
    owns,
    decoder,
    fits: ({ objects }) => objects.some(owns),
    reader({ hasJsonLines }, ofAnother) {
      const decodeOwn = decoder();
      const decode: JsonDecode = (record) => (ofAnother(record.document) ? 'otherFormat' : decodeOwn(record));
      return hasJsonLines ? createLineReader(decode, maxBytes) : createDocumentReader(decode, maxBytes);
    },
  };
}

function createLineReader(decode: JsonDecode, maxBytes: number): RecordReader {
  const cutter = createLineCutter(maxBytes);
  const read = ({
    bytes,
    line,
  }: {
    readonly bytes: Buffer | null;
    readonly line: number;
  }): PlacedRecord[] => {
    if (bytes === null) return [{ line, decoded: 'tooLong' }];
    const trimmed = trimBlanks(bytes);
    if (trimmed.length === 0) return [];
    const record = jsonRecord(trimmed);
    if (typeof record === 'string') return [{ line, decoded: record }];
    return elementsOf(record).flatMap((one) =>
      [typeof one === 'string' ? one : decode(one)].flat().map((decoded) => ({ line, decoded })),
    );
  };
  return { push: (piece) => cutter.push(piece).flatMap(read), end: () => cutter.end().flatMap(read) };
}

function createDocumentReader(decode: JsonDecode, maxBytes: number): RecordReader {
  const scanner = createElementScanner(maxBytes);
  const read = ({ bytes, fault, line }: ReturnType<typeof scanner.push>[number]): PlacedRecord[] => {
    if (bytes === null) return [{ line, decoded: fault ?? 'incomplete' }];
    const record = jsonRecord(bytes);
    return [typeof record === 'string' ? record : decode(record)]
      .flat()
      .map((decoded) => ({ line, decoded }));
  };
  return {
    push: (piece) => scanner.push(piece).flatMap(read),
    end: () => scanner.end().flatMap(read),
    wasCut: scanner.isOpen,
  };
}

/** A line may be a whole document with records in it, as exporters write batches. */
function elementsOf(record: JsonRecord): readonly (JsonRecord | ImportSkipReason)[] {
  if (!isContainer(record.document)) return [record];
  const scanner = createElementScanner();
  return [...scanner.push(record.bytes), ...scanner.end()].map(({ bytes, fault }) =>
    bytes === null ? (fault ?? 'incomplete') : jsonRecord(bytes),
  );
}

/** Whether an object holds the array of records, see `CONTAINERS`. */
function isContainer(document: JsonObject): boolean {
  const { data, log, spans, resourceSpans, batches } = document;
  if ([spans, resourceSpans, batches, asObject(log)?.entries].some(Array.isArray)) return true;
  const members = Object.keys(document);
  return members.includes('data') && members.length <= 2 && asObject(asArray(data)[0]) !== null;
}

/** Objects within objects beyond this are nothing that a server reads, and would be too deep to be walked through. */
const MAX_DEPTH = 256;

/** Reads the bytes of a record; else why it cannot be read. */
export function jsonRecord(bytes: Buffer): JsonRecord | ImportSkipReason {
  if (!isUtf8(bytes)) return 'invalidUtf8';
  if (isTooDeep(bytes)) return 'tooDeep';
  const document = parseObject(bytes.toString('utf8'));
  return document === null ? 'notJson' : { document, bytes };
}

function isTooDeep(bytes: Buffer): boolean {
  if (bytes.length <= 2 * MAX_DEPTH) return false;
  let depth = 0;
  let most = 0;
  let inString = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    if (inString) {
      if (byte === 0x5c) i += 1;
      else if (byte === 0x22) inString = false;
    } else if (byte === 0x22) inString = true;
    else if (byte === 0x7b || byte === 0x5b) most = Math.max(most, ++depth);
    else if (byte === 0x7d || byte === 0x5d) depth -= 1;
  }
  return most > MAX_DEPTH;
}

/** Blanks around a record are no part of it. */
function trimBlanks(bytes: Buffer): Buffer {
  let from = 0;
  let to = bytes.length;
  const isBlank = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x09 || byte === 0x0d;
  while (from < to && isBlank(bytes[from])) from += 1;
  while (to > from && isBlank(bytes[to - 1])) to -= 1;
  return bytes.subarray(from, to);
}
