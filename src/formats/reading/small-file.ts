import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/** Why a small file of the user is not read. */
export type FileProblem =
  | 'missing'
  | 'forbidden'
  | 'directory'
  | 'special'
  | 'tooLarge'
  | 'silent'
  | 'unreadable';

/** What is said of a file, behind its name. */
export const FILE_PROBLEMS: Readonly<Record<FileProblem, string>> = {
  missing: 'cannot be read (ENOENT)',
  forbidden: 'cannot be read (EACCES)',
  directory: 'cannot be read (it is a directory)',
  special: 'cannot be read (it is no regular file)',
  tooLarge: 'cannot be read (it is too large)',
  silent: 'cannot be read (nobody writes to this pipe, or too slowly)',
  unreadable: 'cannot be read',
};

/** Of certificates, settings and profiles, bytes. */
const MOST_BYTES = 4 * 1024 * 1024;

/** How long a pipe may take until its end, and how often it is looked into, ms. */
const PIPE_MS = 3_000;
const PIPE_EVERY_MS = 5;

const PIECE_BYTES = 64 * 1024;

const OF_CODE: Readonly<Record<string, FileProblem>> = {
  ENOENT: 'missing',
  ENOTDIR: 'missing',
  EACCES: 'forbidden',
  EPERM: 'forbidden',
  EISDIR: 'directory',
  // A socket.
  ENXIO: 'special',
};

/**
 * Reads a small file that the user named, or says why not. It never waits for the other end of a pipe or a device, and it
 * reads no more than it may.
 * @param pipes whether a pipe such as /dev/stdin may be given too
 */
export function readSmallFile(path: string, { most = MOST_BYTES, pipes = false } = {}): Buffer | FileProblem {
  let file: number | null = null;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    const stats = fstatSync(file);
    if (stats.isDirectory()) return 'directory';
    if (!stats.isFile() && !(pipes && stats.isFIFO())) return 'special';
    if (stats.size > most) return 'tooLarge';
    const content = contentOf(file, most);
    return stats.isFIFO() && content.length === 0 ? 'silent' : content;
  } catch (error) {
    return OF_CODE[(error as NodeJS.ErrnoException).code ?? ''] ?? 'unreadable';
  } finally {
    if (file !== null) closeSync(file);
  }
}

function contentOf(file: number, most: number): Buffer | FileProblem {
  const pieces: Buffer[] = [];
  const until = performance.now() + PIPE_MS;
  for (let bytes = 0; bytes <= most; ) {
    const piece = Buffer.allocUnsafe(PIECE_BYTES);
    const length = readNow(file, piece);
    if (length === 0) return Buffer.concat(pieces);
    if (length === null && performance.now() > until) return 'silent';
    if (length === null) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PIPE_EVERY_MS);
    else pieces.push(piece.subarray(0, length));
    bytes += length ?? 0;
  }
  return 'tooLarge';
}

/** Null where nothing has come yet. */
function readNow(file: number, piece: Buffer): number | null {
  try {
    return readSync(file, piece);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return null;
    throw error;
  }
}
