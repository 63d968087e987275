import type { Digest } from '../../model/digest.ts';
import { openTape, type TapeReader } from '../../store/tape-reader.ts';
import type { TapeThread } from '../../store/tape-thread.ts';
import { openTapeThread } from '../tape-file.ts';
import { say } from '../terminal/terminal.ts';

/** A tape whose requests are read and whose runs are written. */
export interface RunTape {
  readonly tape: TapeThread;
  readonly reader: TapeReader;
  close(): Promise<void>;
}

/**
 * Opens a tape for making runs of its requests.
 * @param onDigests called with what was written, a few times a second, for live displays
 * @throws UserError (as a rejection) when it is missing or cannot be written
 */
export async function openRunTape(
  path: string,
  onDigests: (digests: readonly Digest[]) => void,
): Promise<RunTape> {
  // Whoever writes first brings an older tape up to date.
  const tape = await openTapeThread(path, 'append', { yielding: true, onProblem: say, onDigests });
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
