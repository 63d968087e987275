import { createReadStream, statSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { UserError } from '../../model/user-error.ts';
import { createDecompression } from './decompression.ts';

/** Bytes that are read at once. */
const PIECE_BYTES = 256 * 1024;

/** The name of standard input on a command line. */
export const STDIN = '-';

const BOM = Buffer.of(0xef, 0xbb, 0xbf);

/**
 * Opens a file, or standard input; gzip and zstd are recognized by their first bytes. A byte order mark is left out.
 * @throws UserError when it is missing, a directory, a pipe or a device
 */
export function openFile(path: string) {
  const size = path === STDIN ? null : sizeOf(path);
  let read = 0;
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

  const { content, fault } = createDecompression(plain());

  function stop(): void {
    isStopped = true;
    source?.destroy();
  }

  async function* withoutMark(): AsyncGenerator<Buffer> {
    let isFirst = true;
    try {
      for await (const piece of content) {
        const hasMark = isFirst && piece.subarray(0, BOM.length).equals(BOM);
        isFirst = false;
        yield hasMark ? piece.subarray(BOM.length) : piece;
      }
    } catch (error) {
      throw fileError(error, path);
    } finally {
      stop();
    }
  }

  return {
    /** The content, decompressed. @throws UserError (as a rejection) when it cannot be read */
    pieces: withoutMark(),
    /** Bytes of the file that were read so far, compressed as they are. */
    readBytes: (): number => read,
    /** Size of the file, bytes; null for standard input. */
    size,
    /** What is wrong with a compressed file, null for nothing so far. */
    fault,
    /** Ends the pieces, also where the next one is being waited for. */
    stop,
  };
}

export type FileReading = ReturnType<typeof openFile>;

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
