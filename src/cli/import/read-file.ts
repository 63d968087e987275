import { createReadStream, statSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { UserError } from '../../model/user-error.ts';

/** Bytes that are read at once. */
const PIECE_BYTES = 256 * 1024;

/** The name of standard input on a command line. */
export const STDIN = '-';

/** One file that is read piece by piece. */
export interface FileReading {
  /** The content, decompressed. @throws UserError (as a rejection) when it cannot be read */
  readonly pieces: AsyncIterable<Buffer>;
  /** Bytes of the file that were read so far, compressed as they are. */
  readBytes(): number;
  /** Size of the file, bytes; null for standard input. */
  readonly size: number | null;
  /** Whether a compressed file ended early: what came before is good. */
  wasCut(): boolean;
  /** Ends the pieces, also where the next one is being waited for. */
  stop(): void;
}

const BOM = Buffer.of(0xef, 0xbb, 0xbf);

const DECOMPRESSION: readonly { readonly magic: Buffer; readonly open: () => NodeJS.ReadWriteStream }[] = [
  { magic: Buffer.from([0x1f, 0x8b]), open: () => createGunzip({ chunkSize: PIECE_BYTES }) },
  {
    magic: Buffer.from([0x28, 0xb5, 0x2f, 0xfd]),
    open: () => createZstdDecompress({ chunkSize: PIECE_BYTES }),
  },
];

/**
 * Opens a file, or standard input; gzip and zstd are recognized by their first bytes. A byte order mark is left out.
 * @throws UserError when it is missing, a directory, a pipe or a device
 */
export function openFile(path: string): FileReading {
  const size = path === STDIN ? null : sizeOf(path);
  let read = 0;
  let isCut = false;
  let source: Readable | null = null;
  let isStopped = false;

  async function* plain(): AsyncGenerator<Buffer> {
    const stream: Readable =
      path === STDIN ? process.stdin : createReadStream(path, { highWaterMark: PIECE_BYTES });
    source = stream;
    try {
      for await (const piece of stream) {
        const bytes = piece as Buffer;
        read += bytes.length;
        yield bytes;
      }
    } catch (error) {
      if (!isStopped) throw error;
    }
  }

  async function* decompressed(): AsyncGenerator<Buffer> {
    const source = plain();
    let first: Buffer = Buffer.alloc(0);
    while (first.length < 4) {
      const { value, done } = await source.next();
      if (done === true) break;
      first = first.length === 0 ? value : Buffer.concat([first, value]);
    }
    const coding = DECOMPRESSION.find(({ magic }) => first.subarray(0, magic.length).equals(magic));
    if (coding === undefined) {
      if (first.length > 0) yield first;
      yield* source;
      return;
    }
    yield* through(coding.open(), first, source);
  }

  /** Back-pressure goes through `write`: a piece is given only when the one before was taken. */
  async function* through(
    stream: NodeJS.ReadWriteStream,
    first: Buffer,
    source: AsyncGenerator<Buffer>,
  ): AsyncGenerator<Buffer> {
    const { Readable: Source, pipeline } = await import('node:stream');
    async function* all(): AsyncGenerator<Buffer> {
      yield first;
      yield* source;
    }
    // Its error is that of the iteration below.
    pipeline(Source.from(all(), { objectMode: false }), stream, () => undefined);
    try {
      for await (const piece of stream) yield piece as unknown as Buffer;
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (!/^(Z_|ZSTD_|ERR_ZLIB|ERR_STREAM_PREMATURE)/.test(code)) throw error;
      isCut = true;
    }
  }

  async function* withoutMark(): AsyncGenerator<Buffer> {
    let isFirst = true;
    try {
      for await (const piece of decompressed()) {
        const hasMark = isFirst && piece.subarray(0, BOM.length).equals(BOM);
        isFirst = false;
        yield hasMark ? piece.subarray(BOM.length) : piece;
      }
    } catch (error) {
      throw fileError(error, path);
    }
  }

  return {
    pieces: withoutMark(),
    readBytes: () => read,
    size,
    wasCut: () => isCut,
    stop() {
      isStopped = true;
      source?.destroy();
    },
  };
}

function sizeOf(path: string): number {
  try {
    const stat = statSync(path);
    if (stat.isDirectory()) throw new UserError(`${path} is a directory: give the files in it, as ${path}/*`);
    if (!stat.isFile())
      throw new UserError(`${path} is no regular file`, {
        remedy: `give what it holds as standard input: - < ${path}`,
      });
    return stat.size;
  } catch (error) {
    throw fileError(error, path);
  }
}

function fileError(error: unknown, path: string): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (error instanceof UserError || syscall === undefined) return error;
  if (code === 'ENOENT') return new UserError(`there is no file ${path}: check the path`);
  return new UserError(`${path} cannot be read (${code}): check the file and its permissions`);
}
