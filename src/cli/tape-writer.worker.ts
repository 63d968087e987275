import { serveTapeThread } from '../store/writing/serve-tape-thread.ts';
import { tapeReadings } from './tape-readings.ts';

/** The tape's thread: the one place where bytes are parsed, redacted, compressed and written. */
serveTapeThread(tapeReadings);
