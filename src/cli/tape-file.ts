import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UserError } from '../model/user-error.ts';
import { startTapeThread, type TapeThread, type TapeThreadOptions } from '../store/tape-thread.ts';
import { workerFile } from './worker-file.ts';

/** The folder where tapes lie unless told otherwise. */
const FOLDER = 'recordings';

/** `recordings/2026-11-24T12-00-00.sqlite`: sorts by time and is a name on every file system. */
export function defaultTapePath(wallMs: number): string {
  const stamp = new Date(wallMs).toISOString().slice(0, 19).replaceAll(':', '-');
  return join(FOLDER, `${stamp}.sqlite`);
}

/**
 * Opens a tape for writing on its own thread, making its folder when it makes the tape.
 * @throws UserError when it cannot be opened, or made
 */
export function openTapeThread(
  path: string,
  mode: 'create' | 'append',
  options: Pick<TapeThreadOptions, 'queueBytes' | 'policy' | 'yielding' | 'onProblem' | 'onDigests'> = {},
): Promise<TapeThread> {
  if (mode === 'create') makeFolder(path);
  return startTapeThread({ ...options, path, mode, workerUrl: workerFile('tape-writer', import.meta.url) });
}

function makeFolder(path: string): void {
  const folder = dirname(path);
  if (existsSync(folder)) return;
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UserError(`the folder ${folder} cannot be made (${code}): choose another place for the tape`);
  }
}

/** Removes a tape and what lies beside it. */
export function removeTape(path: string): void {
  for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true });
}
