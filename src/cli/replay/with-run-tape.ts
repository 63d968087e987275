import type { LiveSample } from '../../model/completion.ts';
import { changesText } from '../../report/environment-facts.ts';
import { messagesOf } from '../../report/messages/messages.ts';
import { openRunTape, type RunTape } from '../tape-file.ts';
import type { LiveText } from '../terminal/live-text.ts';
import { listenForStop, say, showProgress } from '../terminal/terminal.ts';
import type { LoadedRequests } from './load-requests.ts';

const en = messagesOf('en');

/** Reports what was changed in the recorded bodies, if anything. */
export function sayChanges(loaded: LoadedRequests): void {
  if (loaded.changes.length > 0) say(`${en.environment.changes}: ${changesText(loaded, en)}`);
}

/** What is shown while runs are made. */
interface RunProgress {
  add(samples: readonly LiveSample[]): void;
  text(): Pick<LiveText, 'line' | 'block'>;
}

/** Runs that were made: what to return, and what to report about them. */
interface MadeRuns<T> {
  readonly result: T;
  readonly loaded: LoadedRequests;
  /** The labels and number of the runs, such as `6 pairs labelled a and b`. */
  readonly wrote: string;
}

/**
 * Makes runs on a tape with a live display, reports what was written, and closes the tape.
 * @param make its signal is that of Ctrl-C
 * @throws UserError (as a rejection) when the tape cannot be used
 */
export async function withRunTape<T>(
  path: string,
  progress: RunProgress,
  make: (runs: Pick<RunTape, 'tape' | 'reader'> & { readonly signal: AbortSignal }) => Promise<MadeRuns<T>>,
): Promise<T> {
  const { tape, reader, close } = await openRunTape(path, progress.add);
  const stop = listenForStop(say);
  const shown = showProgress(progress.text);
  try {
    const { result, loaded, wrote } = await make({ tape, reader, signal: stop.signal });
    shown.stop();
    sayChanges(loaded);
    say(`wrote ${wrote} to ${path}`);
    return result;
  } finally {
    shown.stop();
    stop.dispose();
    await close();
  }
}
