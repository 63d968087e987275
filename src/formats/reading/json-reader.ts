import { isUtf8 } from 'node:buffer';
import { CLOSE_BRACE, COMMA, CR, OPEN_BRACE, OPEN_BRACKET, SPACE } from '../../chat/ascii.ts';
import { asArray, asObject, type JsonObject, jsonSize, parseObject } from '../../model/json.ts';
import type { ImportSkipReason } from '../../model/notes/imports.ts';
import type { Decoded, Format, PlacedRecord, RecordReader } from '../format.ts';
import { createLineCutter } from './byte-lines.ts';
import { createElementScanner, OF_RECORDS, SPAN_WRAPPERS } from './element-scanner.ts';

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

/** A format whose records are JSON objects: one a line, elements of an array, or the whole file. */
export function jsonFormat(owns: (document: JsonObject) => boolean, decoder: () => JsonDecode): JsonFormat {
  return {
    owns,
    decoder,
    fits: ({ objects }) => objects.some(owns),
    reader({ hasJsonLines }, ofAnother) {
      const decodeOwn = decoder();
      const decode: JsonDecode = (record) => (ofAnother(record.document) ? 'otherFormat' : decodeOwn(record));
      return hasJsonLines ? createLineReader(decode) : createDocumentReader(decode);
    },
  };
}

function createLineReader(decode: JsonDecode): RecordReader {
  const cutter = createLineCutter();
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
    return recordsOf(trimmed).flatMap((one) =>
      [typeof one === 'string' ? one : decode(one)].flat().map((decoded) => ({ line, decoded })),
    );
  };
  return { push: (piece) => cutter.push(piece).flatMap(read), end: () => cutter.end().flatMap(read) };
}

function createDocumentReader(decode: JsonDecode): RecordReader {
  const scanner = createElementScanner();
  const read = ({ bytes, fault, line }: ReturnType<typeof scanner.push>[number]): PlacedRecord[] => {
    if (bytes === null) return [{ line, decoded: fault ?? 'incomplete' }];
    return recordsOf(bytes).flatMap((one) =>
      [typeof one === 'string' ? one : decode(one)].flat().map((decoded) => ({ line, decoded })),
    );
  };
  return {
    push: (piece) => scanner.push(piece).flatMap(read),
    end: () => scanner.end().flatMap(read),
    wasCut: scanner.isOpen,
  };
}

/**
 * A line, or an element of an array, may be a whole document with records in it, or an array of them, as exporters write
 * batches; or several values, where files were put behind one another without a line end between them.
 */
export function recordsOf(bytes: Buffer): readonly (JsonRecord | ImportSkipReason)[] {
  const record = jsonRecord(bytes);
  if (typeof record !== 'string') return isContainer(record.document) ? elementsOf(bytes) : [record];
  const isArray = bytes[0] === OPEN_BRACKET;
  const several = record === 'notJson' && (isArray || bytes[0] === OPEN_BRACE) ? elementsOf(bytes) : [];
  const isWhole = several.length > (isArray ? 0 : 1) && several.every((one) => typeof one !== 'string');
  return isWhole ? several : [record];
}

/** An element of a page of traces holds spans again. */
function elementsOf(bytes: Buffer): readonly (JsonRecord | ImportSkipReason)[] {
  const scanner = createElementScanner();
  return [...scanner.push(bytes), ...scanner.end()].flatMap(({ bytes: own, fault }) => {
    if (own === null) return [fault ?? 'incomplete'];
    return own.length < bytes.length ? recordsOf(own) : [jsonRecord(own)];
  });
}

/** Whether an object holds the array of records, see `CONTAINERS`. */
function isContainer(document: JsonObject): boolean {
  const { data, log, spans } = document;
  if (OF_RECORDS.some((member) => document[member] !== undefined)) return false;
  if (Array.isArray(spans) || Array.isArray(asObject(log)?.entries)) return true;
  const holders = [document, ...SPAN_WRAPPERS.map((member) => asObject(document[member]))];
  if (holders.some((one) => Array.isArray(one?.resourceSpans) || Array.isArray(one?.batches))) return true;
  return asObject(asArray(data)[0]) !== null;
}

/** Objects within objects beyond this are nothing that a server reads, and would be too deep to be walked through. */
const MAX_DEPTH = 256;

/** Reads the bytes of a record; else why it cannot be read. */
function jsonRecord(bytes: Buffer): JsonRecord | ImportSkipReason {
  if (!isUtf8(bytes)) return 'invalidUtf8';
  const text = bytes.toString('utf8');
  if (text.length > 2 * MAX_DEPTH && jsonSize(text).depth > MAX_DEPTH) return 'tooDeep';
  // A line may be a whole document, which is as large as its sender made it.
  const document = parseObject(text, Number.POSITIVE_INFINITY);
  return document === null ? 'notJson' : { document, bytes };
}

const BYTE_ORDER_MARK = Buffer.of(0xef, 0xbb, 0xbf);

/**
 * Blanks around a record are no part of it, nor is a comma behind it, as lines of an array have one, nor what is before it in
 * files that were put behind one another (a byte order mark) or follow RFC 7464 (a record separator).
 */
export function trimBlanks(bytes: Buffer): Buffer {
  let from = 0;
  let to = bytes.length;
  const isBlank = (byte: number | undefined): boolean =>
    byte === SPACE || byte === 0x09 || byte === CR || byte === 0x1e;
  if (bytes.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK)) from = BYTE_ORDER_MARK.length;
  while (from < to && isBlank(bytes[from])) from += 1;
  while (to > from && isBlank(bytes[to - 1])) to -= 1;
  if (bytes[to - 1] !== COMMA) return bytes.subarray(from, to);
  let end = to - 1;
  while (end > from && isBlank(bytes[end - 1])) end -= 1;
  return bytes.subarray(from, bytes[end - 1] === CLOSE_BRACE ? end : to);
}
