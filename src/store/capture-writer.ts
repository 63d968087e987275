import { hash } from 'node:crypto';
import { statSync } from 'node:fs';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { Database } from 'better-sqlite3';
import type { CaptureStart } from '../model/capture.ts';
import { packChunkTimes } from '../model/chunk-times.ts';
import type { AnswerFigures, RequestFigures } from '../model/completion.ts';
import type { Drops, ExchangeEnd, ExchangeStart } from '../model/exchange.ts';
import { jsonSize } from '../model/json.ts';
import { createRecent } from '../model/recent.ts';
import { EXCHANGE_END_COLUMNS as END, insertInto, EXCHANGE_START_COLUMNS as START } from './columns.ts';
import { DamagedValueError } from './damaged-value-error.ts';

/** Makes the numbers of a capture's exchanges go up with arrivals; equal ones keep the order in which they were written. */
export function renumber(db: Database, captureId: number): void {
  // Negative on the way, since numbers are unique.
  db.prepare(
    `UPDATE exchanges SET number = -ranked.rank FROM (
       SELECT id, row_number() OVER (ORDER BY arrived_us, id) AS rank FROM exchanges WHERE capture_id = ?
     ) AS ranked WHERE exchanges.id = ranked.id`,
  ).run(captureId);
  db.prepare('UPDATE exchanges SET number = -number WHERE capture_id = ?').run(captureId);
}

/** Writes captures and their exchanges. Every call writes at once, within whatever transaction is open. */
export function captureWriter(db: Database, bodies: BodyStore) {
  const insertCapture = db.prepare(
    `INSERT INTO captures (started_at_ms, started_us, upstream, tool_version, settings, redaction)
     VALUES (?, ?, ?, ?, ?, ?)`,
  );
  const insertExchange = insertInto(db, 'exchanges', ['number', ...START.names]);
  const finishExchange = db.prepare<unknown[], { id: number; arrived_us: number }>(
    `UPDATE exchanges SET ${END.names.map((name) => `${name} = ?`).join(', ')}
     WHERE capture_id = ? AND number = ? RETURNING id, arrived_us`,
  );
  const insertChunks = db.prepare('INSERT INTO chunk_times (exchange_id, reads, packed) VALUES (?, ?, ?)');
  const deleteExchange = db.prepare('DELETE FROM exchanges WHERE capture_id = ? AND number = ?');
  const countIgnored = db.prepare('UPDATE captures SET ignored = ignored + 1 WHERE id = ?');
  const closeCapture = db.prepare(
    `UPDATE captures SET ended_at_ms = ?, clean_close = ?, drops_queue_full = ?, drops_write_failed = ? WHERE id = ?`,
  );

  /** Start of each capture on the monotonic clock: exchanges come with instants on it, on the tape they count from there. */
  const zeros = new Map<number, number>();

  return {
    beginCapture(start: CaptureStart): number {
      const zeroUs = Math.round(start.startedUs);
      const { lastInsertRowid } = insertCapture.run(
        start.startedAtMs,
        zeroUs,
        start.upstream,
        start.toolVersion,
        JSON.stringify(start.settings),
        JSON.stringify(start.redaction),
      );
      const captureId = Number(lastInsertRowid);
      zeros.set(captureId, zeroUs);
      return captureId;
    },
    /** The row that a crash leaves behind says `unfinished`. */
    startExchange(captureId: number, start: ExchangeStart): void {
      const { number, headers: requestHeaders, ...rest } = start;
      insertExchange.run(
        number,
        ...START.write({ captureId, requestHeaders, ...rest }, zeros.get(captureId)),
      );
    },
    /** Gives the row's id. */
    endExchange(
      captureId: number,
      end: ExchangeEnd,
      request: RequestFigures,
      figures: AnswerFigures,
    ): number {
      const { number, answer, requestBody, ...sent } = end;
      const zeroUs = zeros.get(captureId) ?? 0;
      const row = {
        ...request,
        ...figures,
        ...answer,
        ...sent,
        outcome: figures.outcome,
        error: figures.error,
        responseBytes: answer.bodyBytes,
        responseTruncated: answer.truncated,
        responseHeaders: answer.headers,
        requestBodyId: bodies.put(requestBody),
        responseBodyId: bodies.put(answer.body),
      };
      const found = finishExchange.get(...END.write(row, zeroUs), captureId, number);
      if (found === undefined) throw new Error(`exchange ${number} was never started`);
      const { chunks } = figures;
      if (chunks.atUs.length > 0)
        insertChunks.run(found.id, chunks.atUs.length, packChunkTimes(chunks, found.arrived_us + zeroUs));
      return found.id;
    },
    /** Takes the row of a started exchange away again. */
    dropExchange(captureId: number, number: number): void {
      deleteExchange.run(captureId, number);
    },
    /** The same for what turned out to be no request of an API, which is counted. */
    ignoreExchange(captureId: number, number: number): void {
      deleteExchange.run(captureId, number);
      countIgnored.run(captureId);
    },
    /** Closes the capture. @param isClean false when its recorder was killed */
    endCapture(captureId: number, endedAtMs: number, drops: Drops, isClean: boolean = true): void {
      closeCapture.run(endedAtMs, Number(isClean), drops.queue_full ?? 0, drops.write_failed ?? 0, captureId);
    },
  };
}

export type CaptureWriter = ReturnType<typeof captureWriter>;

/** How a body's bytes are stored. */
export const CODECS = ['zstd', 'identity'] as const;

/** Below this many bytes compression saves nothing worth its time. */
const MIN_COMPRESSED_BYTES = 128;

/** Stores bodies by content: equal bytes are stored once. */
export interface BodyStore {
  /** The body's key, null for none. */
  put(bytes: Uint8Array | null): number | null;
}

/** Makes one frame of zstd of a body. */
export type Compress = (bytes: Buffer) => Buffer;

/** A store that writes into `db` within whatever transaction is open. */
export function bodyStore(db: Database, compress: Compress = zstdCompressSync): BodyStore {
  const find = db.prepare<[Buffer], { id: number }>('SELECT id FROM bodies WHERE sha256 = ?');
  const insert = db.prepare('INSERT INTO bodies (sha256, codec, size_bytes, data) VALUES (?, ?, ?, ?)');
  return {
    put(bytes) {
      if (bytes === null) return null;
      const sha256 = hash('sha256', bytes, 'buffer');
      const known = find.get(sha256);
      if (known !== undefined) return known.id;
      const { codec, data } = encode(bytes, compress);
      return Number(insert.run(sha256, codec, bytes.length, data).lastInsertRowid);
    },
  };
}

function encode(
  bytes: Uint8Array,
  compress: Compress,
): { readonly codec: (typeof CODECS)[number]; readonly data: Buffer } {
  const plain = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (plain.length < MIN_COMPRESSED_BYTES) return { codec: 'identity', data: plain };
  const packed = compress(plain);
  return packed.length < plain.length ? { codec: 'zstd', data: packed } : { codec: 'identity', data: plain };
}

/** zlib takes no smaller piece. */
const MIN_CHUNK_BYTES = 64;

/** A body may be this large, two million tokens of text, or a hundred times what is stored of it. */
const ANY_BODY_BYTES = 8 * 1024 * 1024;
const MOST_RATIO = 100;

/** The most that reading bodies may decompress, bytes: a base, and more for each byte of the file. */
const MOST = {
  /** Those that are unpacked. */
  unpacked: { any: 48 * 1024 * 1024, perFileByte: 200 },
  /** All, those that are held still as well. */
  read: { any: 512 * 1024 * 1024, perFileByte: 1_000 },
  /** Memory that JSON comes to which is read again: to parse brackets takes far longer than to parse text. */
  parsed: { any: 512 * 1024 * 1024, perFileByte: 1_000 },
} as const;

/** Of the bodies that are held, bytes: a benchmark repeats a few prompts in thousands of rows. */
const RECENT_BYTES = 8 * 1024 * 1024;

/** zstd's window at the level that we compress with is 2^21; more only asks for memory. */
const WINDOW_LOG = 23;

/**
 * Reads bodies back; a replay reads all of a tape. A small file that grows without end is refused.
 * @returns a lookup by key: null for an unknown key; it throws DamagedValueError for a value that is not a body
 */
export function bodyReader(db: Database): (id: number) => Uint8Array | null {
  const find = db.prepare<[number], { codec: string; size_bytes: number; data: Buffer }>(
    'SELECT codec, size_bytes, data FROM bodies WHERE id = ?',
  );
  const recent = createRecent<number, { readonly body: Uint8Array | null; parsedBytes: number | null }>(
    RECENT_BYTES,
  );
  const sums = { unpacked: 0, read: 0, parsed: 0 };

  function spend(kind: keyof typeof MOST, bytes: number): void {
    sums[kind] += bytes;
    const { any, perFileByte } = MOST[kind];
    if (sums[kind] > any && sums[kind] > any + perFileByte * fileBytes(db))
      throw new DamagedValueError(`its bodies come to more than ${perFileByte} times the bytes of the file`);
  }

  function stored(id: number): Uint8Array | null {
    const row = find.get(id);
    if (row === undefined) return null;
    const { codec, size_bytes: size, data } = row;
    const isBody = Number.isSafeInteger(size) && size >= 0 && data instanceof Uint8Array;
    if (!isBody || !CODECS.some((known) => known === codec))
      throw new DamagedValueError(`body ${id} is not a body`);
    if (codec === 'identity') return data;
    if (size > Math.max(ANY_BODY_BYTES, MOST_RATIO * data.length))
      throw new DamagedValueError(`body ${id} grows from ${data.length} to ${size} bytes`);
    spend('unpacked', size);
    return unpack(id, data, size);
  }

  return (id) => {
    let isNew = false;
    const held = recent.get(id, () => {
      const body = stored(id);
      isNew = true;
      return { value: { body, parsedBytes: null }, size: body?.length ?? 0 };
    });
    const { body } = held;
    if (body === null) return null;
    spend('read', body.length);
    if (!isNew) {
      held.parsedBytes ??= jsonSize(
        Buffer.from(body.buffer, body.byteOffset, body.length).toString('latin1'),
      ).bytes;
      spend('parsed', held.parsedBytes);
    }
    return body;
  };
}

function unpack(id: number, data: Buffer, size: number): Uint8Array {
  try {
    const plain = zstdDecompressSync(data, {
      // One piece of the size that it will have: zlib's own takes 64 KiB of memory for a body of one.
      chunkSize: Math.max(MIN_CHUNK_BYTES, size),
      maxOutputLength: Math.max(1, size),
      params: { [constants.ZSTD_d_windowLogMax]: WINDOW_LOG },
    });
    if (plain.length === size) return plain;
  } catch (error) {
    throw new DamagedValueError(`body ${id}: ${(error as Error).message}`);
  }
  throw new DamagedValueError(`body ${id} has not the ${size} bytes that it should have`);
}

/** SQLite answers no such question while rows are read. */
function fileBytes(db: Database): number {
  return [db.name, `${db.name}-wal`].reduce(
    (sum, path) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
}
