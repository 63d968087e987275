import type { Transform } from 'node:stream';
import { crc32, createInflateRaw, createZstdDecompress, type Zlib } from 'node:zlib';

/** What is wrong with a compressed file; all that came before it is good. */
export type CompressionFault =
  /** It ends in the middle. */
  | 'cut'
  /** Its bytes are not those that were compressed. */
  | 'damaged'
  /** Something else follows it. */
  | 'trailing';

/** A compression format, whose files are members (gzip) or frames (zstd), one behind another. */
interface Coding {
  /** Length of a header that is no part of the compressed data; null where more bytes are needed, undefined where no member begins. */
  header(bytes: Buffer): number | null | undefined;
  open(): Engine;
  /** What follows the data: the checksum and the length of the content, 8 bytes. */
  readonly hasTrailer: boolean;
}

type Engine = Transform & Zlib;

/** Bytes that are given at once, and the most that are lost before a damaged place. */
const CHUNK = { chunkSize: 64 * 1024 };

const TRAILER_BYTES = 8;

const GZIP: Coding = { header: gzipHeader, open: () => createInflateRaw(CHUNK), hasTrailer: true };

/** RFC 8878; frames that are skipped hold sizes, for example. */
const ZSTD: Coding = {
  header(bytes) {
    if (bytes.length < 4) return null;
    const magic = bytes.readUInt32LE(0);
    return magic === 0xfd2fb528 || magic >>> 4 === 0x184d2a5 ? 0 : undefined;
  },
  open: () => createZstdDecompress(CHUNK),
  hasTrailer: false,
};

/** RFC 1952, 2.3. */
function gzipHeader(bytes: Buffer): number | null | undefined {
  const [first = 0x1f, second = 0x8b, method = 8, flags] = bytes;
  if (first !== 0x1f || second !== 0x8b || method !== 8) return undefined;
  if (flags === undefined) return null;
  let length = 10;
  if ((flags & 4) !== 0) {
    if (bytes.length < 12) return null;
    length += 2 + bytes.readUInt16LE(10);
  }
  // The name and the comment end with a zero.
  for (const text of [8, 16]) {
    if ((flags & text) === 0) continue;
    const end = bytes.indexOf(0, length);
    if (end === -1) return null;
    length = end + 1;
  }
  if ((flags & 2) !== 0) length += 2;
  return length > bytes.length ? null : length;
}

/** The content of a file that may be compressed with gzip or zstd, which its first bytes say. */
export function createDecompression(pieces: AsyncIterator<Buffer>): {
  readonly content: AsyncGenerator<Buffer>;
  fault(): CompressionFault | null;
} {
  const intake = createIntake(pieces);
  let fault: CompressionFault | null = null;

  async function* content(): AsyncGenerator<Buffer> {
    const start = await intake.peek(4);
    const coding = [GZIP, ZSTD].find(({ header }) => start.length >= 4 && header(start) !== undefined);
    if (coding !== undefined) yield* members(coding);
    else
      for (let piece = start; piece.length > 0; piece = await intake.peek(1)) yield intake.take(piece.length);
  }

  async function* members(coding: Coding): AsyncGenerator<Buffer> {
    do {
      if (!(await takeHeader(coding))) return;
      const engine = coding.open();
      let sum = 0;
      try {
        for await (const piece of throughEngine(engine, intake)) {
          if (coding.hasTrailer) sum = crc32(piece, sum);
          yield piece;
        }
      } catch (error) {
        const { code = '' } = error as NodeJS.ErrnoException;
        if (!/^(Z_|ZSTD_|ERR_ZLIB)/.test(code)) throw error;
        fault ??= engine.writableEnded ? 'cut' : 'damaged';
        return;
      }
      if (coding.hasTrailer) await takeTrailer(sum);
    } while (await hasNext());
  }

  /** False where no member begins. */
  async function takeHeader({ header }: Coding): Promise<boolean> {
    for (let least = 1; ; ) {
      const bytes = await intake.peek(least);
      const length = header(bytes);
      if (typeof length === 'number') {
        intake.take(length);
        return true;
      }
      if (length === undefined || bytes.length < least) {
        fault ??= length === undefined ? 'trailing' : 'cut';
        return false;
      }
      least = bytes.length + 1;
    }
  }

  async function takeTrailer(sum: number): Promise<void> {
    const trailer = await intake.peek(TRAILER_BYTES);
    if (trailer.length < TRAILER_BYTES) fault ??= 'cut';
    else if (trailer.readUInt32LE(0) !== sum) fault ??= 'damaged';
    intake.take(TRAILER_BYTES);
  }

  /** Whether anything follows but zeros, which fill up blocks of tapes and disks. */
  async function hasNext(): Promise<boolean> {
    for (;;) {
      const bytes = await intake.peek(1);
      if (bytes.length === 0) return false;
      const at = bytes.findIndex((byte) => byte !== 0);
      intake.take(at === -1 ? bytes.length : at);
      if (at !== -1) return true;
    }
  }

  return { content: content(), fault: () => fault };
}

/** Bytes that come in pieces and are taken as they are needed. */
function createIntake(pieces: AsyncIterator<Buffer>) {
  let held: Buffer = Buffer.alloc(0);
  return {
    /** What is held, and at least that number of bytes, unless there are no more. */
    async peek(least: number): Promise<Buffer> {
      while (held.length < least) {
        const { value, done } = await pieces.next();
        if (done === true) break;
        held = held.length === 0 ? value : Buffer.concat([held, value]);
      }
      return held;
    },
    take(most: number): Buffer {
      const taken = held.subarray(0, most);
      held = held.subarray(most);
      return taken;
    },
    /** Takes back the last bytes of a piece that was taken last. */
    putBack(bytes: Buffer): void {
      held = held.length === 0 ? bytes : Buffer.concat([bytes, held]);
    },
  };
}

/** Decompresses one member; what lies behind it stays in the intake. */
async function* throughEngine(
  engine: Engine,
  intake: ReturnType<typeof createIntake>,
): AsyncGenerator<Buffer> {
  let piece: Buffer = Buffer.alloc(0);
  let given = 0;
  async function feed(): Promise<void> {
    // It takes less than it is given when the member has ended.
    while (engine.bytesWritten === given) {
      piece = intake.take((await intake.peek(1)).length);
      if (piece.length === 0) {
        engine.end();
        return;
      }
      given += piece.length;
      // A piece is read when the one before was taken: that is the back-pressure.
      await new Promise<void>((resolve) => void engine.write(piece, () => resolve()));
      if (engine.destroyed) return;
    }
  }
  feed().catch((error: Error) => engine.destroy(error));
  for await (const chunk of engine) yield chunk as Buffer;
  intake.putBack(piece.subarray(piece.length - (given - engine.bytesWritten)));
}
