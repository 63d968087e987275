import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { LiveSample } from '../model/completion.ts';
import { UserError } from '../model/user-error.ts';
import { openTape, type TapeReader } from '../store/tape-reader.ts';
import { openLedgerPage } from '../store/writing/begun-ledger.ts';
import { startTapeThread, type TapeThread, type TapeThreadOptions } from '../store/writing/tape-thread.ts';
import { say } from './terminal/terminal.ts';
import { workerFile } from './worker-file.ts';

/** The default folder of tapes. */
export const FOLDER = 'recordings';

/** `recordings/2026-11-24T12-00-00.sqlite`: sorts by time and is a name on every file system. @param prefix of the name */
export function defaultTapePath(wallMs: number, prefix = ''): string {
  const stamp = new Date(wallMs).toISOString().slice(0, 19).replaceAll(':', '-');
  return join(FOLDER, `${prefix}${stamp}.sqlite`);
}

/**
 * Opens a tape for writing on its own thread, or with `isApart` in a process apart whose death leaves this one, making its folder when it makes the tape.
 * @throws UserError when it cannot be opened, or made
 */
export function openTapeThread(
  path: string,
  mode: 'create' | 'append',
  options: Pick<
    TapeThreadOptions,
    'queueBytes' | 'policy' | 'yielding' | 'onProblem' | 'onSamples' | 'onLeft'
  > & { readonly isApart?: boolean } = {},
): Promise<TapeThread> {
  const { isApart = false, ...rest } = options;
  if (mode === 'create') makeFolder(path);
  const workerUrl = workerFile(isApart ? 'tape-relay' : 'tape-writer', import.meta.url);
  const ledger = isApart ? openLedgerPage() : null;
  return startTapeThread({ ...rest, path, mode, workerUrl, ledger });
}

/** Makes the folder of a file. @throws UserError */
export function makeFolder(path: string): void {
  if (path.startsWith('s3://'))
    throw new UserError(`${path} is no place for a new tape`, { kind: 'usage', remedy: 'give a file' });
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

/** A tape whose requests are read and whose runs are written. */
export interface RunTape {
  readonly tape: TapeThread;
  readonly reader: TapeReader;
  close(): Promise<void>;
}

/**
 * Opens a tape for making runs of its requests.
 * @param onSamples called with what was written, a few times a second, for live displays
 * @throws UserError (as a rejection) when it is missing or cannot be written
 */
export async function openRunTape(
  path: string,
  onSamples: (samples: readonly LiveSample[]) => void,
): Promise<RunTape> {
  // The first writer migrates an older tape.
  const tape = await openTapeThread(path, 'append', { yielding: true, onProblem: say, onSamples });
  const reader = openTape(path);
  return {
    tape,
    reader,
    async close() {
      // In this order: the tape's last user turns it back into one file without a journal beside it.
      reader.close();
      await tape.close();
    },
  };
}
