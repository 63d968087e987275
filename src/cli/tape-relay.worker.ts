import { relayTape } from '../store/writing/relay-tape.ts';
import { workerFile } from './worker-file.ts';

/** The thread of a tape that is written by a process apart. */
relayTape(workerFile('tape-process', import.meta.url));
