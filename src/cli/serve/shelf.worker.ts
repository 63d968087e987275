import { constants, setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { openRemote } from '../../model/remote.ts';
import { loadSqlite } from '../../store/open-database.ts';
import { tapeReading } from './read-tape.ts';
import { createWatcher } from './watch-tapes.ts';

/** A thread that reads tapes for the pages of `reprise serve`, so that the server itself answers at any time. */

if (parentPort === null) throw new Error('a reader of tapes runs in a worker thread only');
// Of this thread alone: what is watched goes first, its load generator above all.
setPriority(constants.priority.PRIORITY_LOW);
loadSqlite();
openRemote(parentPort, { ...tapeReading, ...createWatcher(), loaded: () => undefined }, 'the server');
