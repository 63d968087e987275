import { constants, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { openRemote } from '../../model/remote.ts';
import { loadSqlite } from '../../store/open-database.ts';
import { tapeReading } from './read-tape.ts';
import type { Watcher } from './watch-tapes.ts';

/** What such a thread is started with. */
export interface LaneData {
  /** It gives way to every other process. */
  readonly yields: boolean;
}

/** A thread that reads tapes for the pages of `reprise serve`, so that the server itself answers at any time. */

if (parentPort === null) throw new Error('a reader of tapes runs in a worker thread only');
// Of this thread alone: what is watched goes first, its load generator above all.
if ((workerData as LaneData).yields && process.platform === 'linux')
  setPriority(constants.priority.PRIORITY_LOW);
loadSqlite();
let watcher: Promise<Watcher> | undefined;
const methods = {
  ...tapeReading,
  async watch(...args: Parameters<Watcher['watch']>) {
    watcher ??= import('./watch-tapes.ts').then(({ createWatcher }) => createWatcher());
    return (await watcher).watch(...args);
  },
  loaded: () => undefined,
};
openRemote(parentPort, methods, 'the server');
