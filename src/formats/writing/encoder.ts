import { isUtf8 } from 'node:buffer';
import type { ChunkTimes } from '../../model/chunk-times.ts';
import type { Exchange } from '../../model/exchange.ts';
import { type JsonObject, parseObject, TAPE_JSON_BYTES } from '../../model/json.ts';
import type { ExportLoss, ExportSkip } from '../../model/notes/exports.ts';

/** A recorded request on its way into another tool's file. */
export interface OutgoingExchange {
  readonly exchange: Exchange;
  readonly body: Uint8Array;
  /** Arrival in microseconds after the first one of the tape; null where the tape does not know it. */
  readonly sinceStartUs: number | null;
  /** Arrival in microseconds since 1970; where it is unknown, the start of the recording or the time of the import. */
  readonly wallUs: number;
  /** Scheme, host and port of the server, or the files of an import. */
  readonly upstream: string;
  /** The same; of an import some address, where a format needs one. */
  readonly origin: string;
  /** Null where the tape has none. */
  answerBody(): Uint8Array | null;
  chunkTimes(): ChunkTimes;
}

/** How requests are written as a file of another tool. */
export interface Encoder {
  /** The file's beginning, what lies between two records, and its end. */
  readonly frame: { readonly start: string; readonly between: string; readonly end: string };
  /** What the file does not have. */
  readonly loses: readonly ExportLoss[];
  encode(outgoing: OutgoingExchange): Uint8Array | ExportSkip;
}

/** One record a line. */
export const LINES: Encoder['frame'] = { start: '', between: '\n', end: '\n' };

/** A body as text and as an object; null unless it is a JSON object in UTF-8 without a byte order mark. */
export function jsonBody(body: Uint8Array): { readonly text: string; readonly document: JsonObject } | null {
  if (!isUtf8(body)) return null;
  const text = Buffer.from(body.buffer, body.byteOffset, body.length).toString();
  const document = parseObject(text, TAPE_JSON_BYTES);
  return document === null ? null : { text, document };
}
