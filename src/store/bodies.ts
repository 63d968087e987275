import { createHash } from 'node:crypto';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { Database } from 'better-sqlite3';

/** How a body's bytes are stored. */
export const CODECS = ['zstd', 'identity'] as const;

/** Below this many bytes compression saves nothing worth its time. */
const MIN_COMPRESSED_BYTES = 128;

/** Stores bodies by content: equal bytes are stored once. */
export interface BodyStore {
  /** The body's key, null for none. */
  put(bytes: Uint8Array | null): number | null;
}

/** A store that writes into `db` within whatever transaction is open. */
export function bodyStore(db: Database): BodyStore {
  const find = db.prepare<[Buffer], { id: number }>('SELECT id FROM bodies WHERE sha256 = ?');
  const insert = db.prepare('INSERT INTO bodies (sha256, codec, size_bytes, data) VALUES (?, ?, ?, ?)');
  return {
    put(bytes) {
      if (bytes === null) return null;
      const sha256 = createHash('sha256').update(bytes).digest();
      const known = find.get(sha256);
      if (known !== undefined) return known.id;
      const { codec, data } = encode(bytes);
      return Number(insert.run(sha256, codec, bytes.length, data).lastInsertRowid);
    },
  };
}

function encode(bytes: Uint8Array): { readonly codec: (typeof CODECS)[number]; readonly data: Buffer } {
  const plain = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (plain.length < MIN_COMPRESSED_BYTES) return { codec: 'identity', data: plain };
  const packed = zstdCompressSync(plain);
  return packed.length < plain.length ? { codec: 'zstd', data: packed } : { codec: 'identity', data: plain };
}

/** zlib takes no smaller piece. */
const MIN_CHUNK_BYTES = 64;

/**
 * Reads bodies back; a replay reads all of a tape.
 * @returns to be asked by key: null when there is none of that key
 */
export function bodyReader(db: Database): (id: number) => Uint8Array | null {
  const find = db.prepare<[number], { codec: string; size_bytes: number; data: Buffer }>(
    'SELECT codec, size_bytes, data FROM bodies WHERE id = ?',
  );
  return (id) => {
    const row = find.get(id);
    if (row === undefined) return null;
    if (row.codec !== 'zstd') return row.data;
    // One piece of the size that it will have: zlib's own takes 64 KiB of memory for a body of one.
    return zstdDecompressSync(row.data, { chunkSize: Math.max(MIN_CHUNK_BYTES, row.size_bytes) });
  };
}
